/** What the page tells the operator: a state with a word, and a message with its reason and next step. */
import type { ReactNode } from 'react';
import { Icon } from './icons.tsx';

export type Tone = 'ok' | 'warning' | 'critical' | 'note' | 'plain';

/** A short state: a mark, a colour and a word. */
export function StateMark({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={`tg-state tg-tone-${tone}`}>
      <Icon name={tone} size={12} />
      {children}
    </span>
  );
}

/** A tone and its word, as tables of states hold them. */
export type ToneWord = readonly [tone: Tone, word: string];

export function StateWord({ of: [tone, word] }: { readonly of: ToneWord }) {
  return <StateMark tone={tone}>{word}</StateMark>;
}

interface NoticeProps {
  readonly tone: Tone;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  /** Buttons under the words. */
  readonly actions?: ReactNode;
  /** Announced at once by screen readers. */
  readonly live?: boolean;
}

/** A message in the page: reason first, then what to do. */
export function Notice({ tone, title, children, actions, live }: NoticeProps) {
  return (
    <div className={`tg-notice tg-tone-${tone}`} role={live ? 'alert' : undefined}>
      <Icon name={tone} size={16} />
      <div>
        {title && <strong>{title}</strong>}
        {children && <div>{children}</div>}
        {actions && <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8, marginTop: 8 }}>{actions}</div>}
      </div>
    </div>
  );
}
