/** What expires, soonest first, drawn against one scale. */
import type { ReactNode } from 'react';
import { alertFrom, expiryTone, type Span } from './expiry.ts';
import { StateMark } from './notice.tsx';
import { dateText, distanceText } from './time.tsx';
import './drawings.css';

export interface ExpiryItem extends Span {
  readonly id: string;
  readonly label: ReactNode;
}

const day = 86_400_000;
const width = 600;
// Marks of the scale. Its square root keeps the next weeks readable beside a root that lasts twenty years.
const marks = [
  { at: 0, text: 'today' },
  { at: 30 * day, text: '1 month' },
  { at: 182 * day, text: '6 months' },
  { at: 365 * day, text: '1 year' },
  { at: 1826 * day, text: '5 years' },
  { at: 3652 * day, text: '10 years' },
  { at: 9131 * day, text: '25 years' },
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
  const x = (span: number) => Math.sqrt(Math.max(0, span) / last) * (width - 4) + 2;
  const shown = marks.filter((mark) => mark.at < last * 0.96);
  return (
    <ul className="tg-expiry" aria-label="What expires, soonest first">
      {sorted.map((item) => (
        <li key={item.id} className="tg-expiry-row">
          <span className="tg-clip">{item.label}</span>
          <Row item={item} now={now} x={x} marks={shown.map((mark) => x(mark.at))} />
          <span>
            <time dateTime={item.notAfter}>{dateText(item.notAfter)}</time>
          </span>
        </li>
      ))}
      <li className="tg-expiry-row" aria-hidden="true">
        <span />
        <svg viewBox={`0 0 ${width} 16`} className="tg-life" aria-hidden="true">
          {shown.map((mark, i) => (
            <text key={mark.text} x={x(mark.at)} y={12} textAnchor={i === 0 ? 'start' : 'middle'}>
              {mark.text}
            </text>
          ))}
        </svg>
        <span />
      </li>
    </ul>
  );
}

interface RowProps {
  readonly item: ExpiryItem;
  readonly now: number;
  readonly x: (span: number) => number;
  readonly marks: readonly number[];
}

function Row({ item, now, x, marks: lines }: RowProps) {
  const left = Date.parse(item.notAfter) - now;
  const tone = expiryTone(item, now);
  if (left <= 0)
    return (
      <span>
        <StateMark tone="critical">Expired {distanceText(item.notAfter, now)}</StateMark>
      </span>
    );
  const warn = x(Math.max(0, alertFrom(item) - now));
  return (
    <svg
      viewBox={`0 0 ${width} 22`}
      className={`tg-life tg-tone-${tone}`}
      role="img"
      aria-label={`expires ${distanceText(item.notAfter, now)}`}
    >
      {lines.map((at) => (
        <line key={at} className="tg-grid" x1={at} x2={at} y1={0} y2={22} />
      ))}
      <rect className="tg-bar" x={2} y={5} width={Math.max(3, x(left) - 2)} height={12} rx="3" />
      <g className={tone === 'ok' ? 'tg-tone-warning' : undefined}>
        <rect className="tg-bar" x={warn} y={5} width={Math.max(2, x(left) - warn)} height={12} rx="3" />
      </g>
      <text
        className="tg-strong"
        x={x(left) > width - 110 ? 10 : x(left) + 8}
        y={15}
        style={{ fontSize: 11.5, fontWeight: 500 }}
      >
        {distanceText(item.notAfter, now)}
      </text>
    </svg>
  );
}
