/** The life of one certificate as a line: issued, now, when the gateway will warn, end. */

import { dateText, spanText } from '../time.tsx';
import { Drawing } from './drawing.tsx';
import { alertFrom, expiryTone, expiryWords, type Span } from './expiry.ts';

const bar = { y: 26, height: 14 };

/** A bar from notBefore to notAfter with today on it. */
export function LifeLine({ span, now = Date.now() }: { readonly span: Span; readonly now?: number }) {
  const words = `${dateText(span.notBefore)} to ${dateText(span.notAfter)}. ${expiryWords(span, now)}.`;
  return (
    <Drawing label={`Life of the certificate: ${words}`} height={64} className={`tg-tone-${expiryTone(span, now)}`}>
      {(width) => <Life span={span} now={now} width={width} />}
    </Drawing>
  );
}

function Life({ span, now, width }: { readonly span: Span; readonly now: number; readonly width: number }) {
  const from = Date.parse(span.notBefore);
  const to = Date.parse(span.notAfter);
  // The scale reaches as far as today where today lies outside the certificate's life.
  const start = Math.min(from, now);
  const end = Math.max(to, now);
  const x = (at: number) => 2 + ((at - start) / Math.max(1, end - start)) * (width - 4);
  const warn = Math.max(from, Math.min(alertFrom(span), to));
  const today = x(now);
  const inside = now >= from && now <= to;
  const long =
    width > 420 ? `today, ${spanText(now - from)} old, ${spanText(to - now)} left` : `${spanText(to - now)} left`;
  const room = x(warn) - x(from) > 230 && x(to) - x(warn) > 200;
  return (
    <>
      <rect className="tg-bar" x={x(from)} y={bar.y} width={Math.max(2, x(to) - x(from))} height={bar.height} rx="3" />
      <g className="tg-tone-warning">
        <rect
          className="tg-bar"
          x={x(warn)}
          y={bar.y}
          width={Math.max(1, x(to) - x(warn))}
          height={bar.height}
          rx="3"
        />
      </g>
      {now > from && (
        <rect
          className="tg-bar-strong"
          x={x(from)}
          y={bar.y + 4.5}
          width={Math.max(1, x(Math.min(now, to)) - x(from))}
          height={5}
          rx="2.5"
        />
      )}
      <line className="tg-now" x1={today} x2={today} y1={bar.y - 6} y2={bar.y + bar.height + 5} />
      <text className="tg-strong" x={today} y={13} textAnchor={anchor(today, width)}>
        {inside ? long : 'today'}
      </text>
      <text x={x(from)} y={59} textAnchor={x(from) > width / 2 ? 'end' : 'start'}>
        issued {dateText(from)}
      </text>
      <text x={x(to)} y={59} textAnchor={x(to) > width / 2 ? 'end' : 'start'}>
        {now > to ? 'ended' : 'ends'} {dateText(to)}
      </text>
      {room && (
        <text x={x(warn)} y={59} textAnchor="middle">
          warns from {dateText(warn)}
        </text>
      )}
    </>
  );
}

function anchor(x: number, width: number): 'start' | 'middle' | 'end' {
  if (x < 120) return 'start';
  return x > width - 120 ? 'end' : 'middle';
}
