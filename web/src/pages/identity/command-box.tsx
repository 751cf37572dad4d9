/** A command to copy as it is. */
import { CopyButton } from '../../components/copy-button.tsx';
import { TextBlock } from '../../components/text-block.tsx';

interface CommandBoxProps {
  readonly title: string;
  readonly command: string;
  readonly note: string;
}

/** Title, command, copy button, and what to know about it. */
export function CommandBox({ title, command, note }: CommandBoxProps) {
  return (
    <div className="tg-stack" style={{ gap: 4 }}>
      <div className="tg-actions" style={{ justifyContent: 'space-between' }}>
        <strong className="tg-small">{title}</strong>
        <CopyButton text={command} what={`the command: ${title}`} />
      </div>
      <TextBlock label={title} text={command} />
      {note && <div className="tg-dim tg-small">{note}</div>}
    </div>
  );
}
