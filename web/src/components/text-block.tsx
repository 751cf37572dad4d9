/** Text that keeps its lines and scrolls, reachable by keyboard. */

interface TextBlockProps {
  readonly label: string;
  readonly text: string;
  readonly maxHeight?: string;
  /** Breaks long lines instead of scrolling sideways. */
  readonly wrap?: boolean;
}

/** A region named `label` with `text` in it, as text. */
export function TextBlock({ label, text, maxHeight, wrap }: TextBlockProps) {
  const style = { maxHeight, ...(wrap && { whiteSpace: 'pre-wrap' as const, overflowWrap: 'anywhere' as const }) };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section className="tg-text-block" tabIndex={0} aria-label={label} style={style}>
      {text}
    </section>
  );
}
