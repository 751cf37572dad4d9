/** The life of one certificate as a line: issued, now, when the gateway will warn, end. */
import { alertFrom, expiryTone, expiryWords, type Span } from './expiry.ts';
import { dateText, spanText } from './time.tsx';
import './drawings.css';

const width = 720;
const left = 8;
const right = 712;
const bar = { y: 30, height: 14 };

/** A bar from notBefore to notAfter with today on it. */
export function LifeLine({ span, now = Date.now() }: { readonly span: Span; readonly now?: number }) {
  const from = Date.parse(span.notBefore);
  const to = Date.parse(span.notAfter);
  const pad = (to - from) * 0.04;
  // The scale reaches as far as today where today lies outside the certificate's life.
  const start = Math.min(from, now) - (now < from ? pad : 0);
  const end = Math.max(to, now) + (now > to ? pad : 0);
  const x = (at: number) => left + ((at - start) / Math.max(1, end - start)) * (right - left);
  const warn = Math.max(from, Math.min(alertFrom(span), to));
  const today = Math.min(Math.max(x(now), left), right);
  const label =
    now > to ? 'today' : now < from ? 'today' : `today, ${spanText(now - from)} old, ${spanText(to - now)} left`;
  return (
    <svg
      className={`tg-life tg-tone-${expiryTone(span, now)}`}
      viewBox={`0 0 ${width} 72`}
      role="img"
      aria-label={`Life of the certificate: from ${dateText(from)} to ${dateText(to)}. ${expiryWords(span, now)}.`}
    >
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
      <line className="tg-now" x1={today} x2={today} y1={bar.y - 7} y2={bar.y + bar.height + 5} />
      <text className="tg-strong" x={today} y={16} textAnchor={anchor(today)}>
        {label}
      </text>
      <text x={x(from)} y={66} textAnchor={x(from) > width / 2 ? 'end' : 'start'}>
        issued {dateText(from)}
      </text>
      <text x={x(to)} y={66} textAnchor={x(to) > width / 2 ? 'end' : 'start'}>
        {now > to ? 'ended' : 'ends'} {dateText(to)}
      </text>
      {Math.abs(x(warn) - x(to)) > 130 && x(warn) - x(from) > 260 && (
        <text x={x(warn)} y={66} textAnchor="middle">
          warns from {dateText(warn)}
        </text>
      )}
    </svg>
  );
}

function anchor(x: number): 'start' | 'middle' | 'end' {
  if (x < 140) return 'start';
  return x > width - 140 ? 'end' : 'middle';
}
