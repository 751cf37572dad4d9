/** What expires, soonest first, drawn against one scale. */
import type { ReactNode } from 'react';
import { StateMark } from '../notice.tsx';
import { dateText, distanceText } from '../time.tsx';
import { Drawing } from './drawing.tsx';
import { alertFrom, expiryTone, type Span } from './expiry.ts';

export interface ExpiryItem extends Span {
  readonly id: string;
  readonly label: ReactNode;
}

const day = 86_400_000;
const marks = [
  { at: 0, text: 'today' },
  { at: 30 * day, text: '1 month' },
  { at: 182 * day, text: '6 months' },
  { at: 365 * day, text: '1 year' },
  { at: 1096 * day, text: '3 years' },
  { at: 1826 * day, text: '5 years' },
  { at: 3652 * day, text: '10 years' },
  { at: 7305 * day, text: '20 years' },
] as const;

/** A row per item: its name, how much life is left, the date. */
export function ExpiryLine({
  items,
  now = Date.now(),
}: {
  readonly items: readonly ExpiryItem[];
  readonly now?: number;
}) {
  const sorted = [...items].sort((a, b) => Date.parse(a.notAfter) - Date.parse(b.notAfter));
  const last = Math.max(60 * day, ...sorted.map((item) => Date.parse(item.notAfter) - now));
  return (
    <ul className="tg-expiry" aria-label="What expires, soonest first">
      {sorted.map((item) => (
        <li key={item.id} className="tg-expiry-row">
          <span className="tg-clip">{item.label}</span>
          <Row item={item} now={now} last={last} />
          <time dateTime={item.notAfter}>{dateText(item.notAfter)}</time>
        </li>
      ))}
      <li className="tg-expiry-row" aria-hidden="true">
        <span />
        <Drawing height={16}>
          {(width) =>
            scale(width, last).map((mark) => (
              <text key={mark.text} x={mark.x} y={12} textAnchor={mark.at === 0 ? 'start' : 'middle'}>
                {mark.text}
              </text>
            ))
          }
        </Drawing>
        <span />
      </li>
    </ul>
  );
}

/** The square root keeps the next weeks readable beside a root that lasts twenty years. */
function place(span: number, last: number, width: number): number {
  return 2 + Math.sqrt(Math.max(0, span) / last) * (width - 4);
}

/** The marks that have room for their words. */
function scale(width: number, last: number): readonly { at: number; text: string; x: number }[] {
  const kept: { at: number; text: string; x: number }[] = [];
  for (const mark of marks) {
    const x = place(mark.at, last, width);
    if (mark.at < last && x < width - 30 && x - (kept.at(-1)?.x ?? -100) > 66) kept.push({ ...mark, x });
  }
  return kept;
}

interface RowProps {
  readonly item: ExpiryItem;
  readonly now: number;
  readonly last: number;
}

function Row({ item, now, last }: RowProps) {
  const left = Date.parse(item.notAfter) - now;
  const tone = expiryTone(item, now);
  if (left <= 0)
    return (
      <span>
        <StateMark tone="critical">Expired {distanceText(item.notAfter, now)}</StateMark>
      </span>
    );
  return (
    <Drawing label={`expires ${distanceText(item.notAfter, now)}`} height={22} className={`tg-tone-${tone}`}>
      {(width) => {
        const end = place(left, last, width);
        const warn = place(alertFrom(item) - now, last, width);
        const inside = end > width - 90;
        return (
          <>
            {scale(width, last).map((mark) => (
              <line key={mark.at} className="tg-grid" x1={mark.x} x2={mark.x} y1={0} y2={22} />
            ))}
            <rect className="tg-bar" x={2} y={4} width={Math.max(3, end - 2)} height={14} rx="3" />
            <g className={tone === 'ok' ? 'tg-tone-warning' : undefined}>
              <rect className="tg-bar" x={warn} y={4} width={Math.max(2, end - warn)} height={14} rx="3" />
            </g>
            <text className="tg-strong tg-light" x={inside ? 10 : end + 8} y={15.5}>
              {distanceText(item.notAfter, now)}
            </text>
          </>
        );
      }}
    </Drawing>
  );
}
