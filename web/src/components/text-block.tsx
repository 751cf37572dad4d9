/** Text that keeps its lines and scrolls, reachable and selectable by keyboard. */

interface TextBlockProps {
  readonly label: string;
  readonly text: string;
  /** Lines shown before it scrolls; all of a shorter text. */
  readonly lines?: number;
  /** Breaks long lines instead of scrolling sideways. */
  readonly wrap?: boolean;
}

/** A read-only field named `label` that holds `text` and nothing else: no part of it is ever read as markup. */
export function TextBlock({ label, text, lines = 30, wrap }: TextBlockProps) {
  const content = text.replace(/\n$/, '');
  return (
    <textarea
      className="tg-text-block"
      readOnly
      aria-label={label}
      wrap={wrap ? 'soft' : 'off'}
      style={content.includes('\n') ? undefined : { resize: 'none' }}
      rows={Math.min(lines, content.split('\n').length + (wrap ? 1 : 0))}
      spellCheck={false}
      value={content}
    />
  );
}
