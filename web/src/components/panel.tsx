/** A titled section of a page. */
import { type ReactNode, useId } from 'react';

interface PanelProps {
  readonly title: ReactNode;
  /** Where a link such as `/settings#dns` lands. */
  readonly anchor?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A box with a heading of the second level, its actions beside the heading. */
export function Panel({ title, anchor, actions, children }: PanelProps) {
  const heading = useId();
  return (
    <section className="tg-panel" aria-labelledby={heading} id={anchor}>
      <header>
        <h2 id={heading}>{title}</h2>
        {actions && <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8 }}>{actions}</div>}
      </header>
      <div className="tg-body">{children}</div>
    </section>
  );
}
