/** Past and planned renewals against one scale: a row per certificate, now in the middle of things. */
import type { ReactNode } from 'react';
import type { AcmeTimelineEntry } from '../../api.ts';
import { Drawing } from '../../components/drawings/drawing.tsx';
import { dateText, distanceText } from '../../components/time.tsx';
import './renewal-line.css';

interface RenewalLineProps {
  readonly entries: readonly AcmeTimelineEntry[];
  readonly label: (slot: string) => ReactNode;
  readonly now?: number;
}

const day = 86_400_000;
const height = 30;
const middle = 15;
/** Share of the width that the past gets. */
const past = 0.34;

const marks = [
  { at: -365 * day, text: '1 year ago' },
  { at: -91 * day, text: '3 months ago' },
  { at: -30 * day, text: '1 month ago' },
  { at: -7 * day, text: '1 week ago' },
  { at: 7 * day, text: '1 week' },
  { at: 30 * day, text: '1 month' },
  { at: 91 * day, text: '3 months' },
  { at: 182 * day, text: '6 months' },
  { at: 365 * day, text: '1 year' },
  { at: 1096 * day, text: '3 years' },
  { at: 3652 * day, text: '10 years' },
] as const;

interface Scale {
  readonly now: number;
  readonly before: number;
  readonly after: number;
}

/** Draws nothing that the list below it does not say. */
export function RenewalLine({ entries, label, now = Date.now() }: RenewalLineProps) {
  const slots = [...new Set(entries.map(({ slot }) => slot))];
  const spans = entries.map(({ at }) => Date.parse(at) - now);
  const scale = { now, before: Math.max(7 * day, -Math.min(0, ...spans)), after: Math.max(30 * day, ...spans) };
  return (
    <div>
      <ul className="tg-renewals" aria-label="Renewals, past and planned">
        {slots.map((slot) => {
          const own = entries.filter((entry) => entry.slot === slot);
          return (
            <li key={slot}>
              <span className="tg-clip">{label(slot)}</span>
              <Drawing label={wordsOf(own, now)} height={height}>
                {(width) => <Row entries={own} scale={scale} width={width} />}
              </Drawing>
            </li>
          );
        })}
        <li aria-hidden="true">
          <span />
          <Drawing height={18}>
            {(width) => (
              <>
                {placedMarks(scale, width).map(({ text, x }) => (
                  <text key={text} x={x} y={13} textAnchor={x > width - 40 ? 'end' : x < 40 ? 'start' : 'middle'}>
                    {text}
                  </text>
                ))}
                <text className="tg-strong" x={place(now, scale, width)} y={13} textAnchor="middle">
                  now
                </text>
              </>
            )}
          </Drawing>
        </li>
      </ul>
      <Legend />
    </div>
  );
}

interface RowProps {
  readonly entries: readonly AcmeTimelineEntry[];
  readonly scale: Scale;
  readonly width: number;
}

function Row({ entries, scale, width }: RowProps) {
  const now = place(scale.now, scale, width);
  const end = entries.find(({ what }) => what === 'end');
  const covered = end ? place(Date.parse(end.at), scale, width) : now;
  return (
    <>
      {placedMarks(scale, width).map(({ at, x }) => (
        <line key={at} className="tg-grid" x1={x} x2={x} y1={0} y2={height} />
      ))}
      <line className="tg-axis" x1={2} x2={width - 2} y1={middle} y2={middle} />
      {covered > now && (
        <g className="tg-tone-ok">
          <rect className="tg-bar" x={now} y={middle - 5} width={Math.max(1, covered - now)} height={10} rx="3" />
        </g>
      )}
      <line className="tg-now" x1={now} x2={now} y1={2} y2={height - 2} />
      {entries.map((entry) => (
        <g
          key={`${entry.at}|${entry.what}`}
          className={`tg-tone-${toneOf(entry)}`}
          transform={`translate(${place(Date.parse(entry.at), scale, width)} ${middle})`}
        >
          <Mark entry={entry} />
        </g>
      ))}
    </>
  );
}

/** A shape for each kind, so that colour is not needed to tell them apart. */
function Mark({
  entry: { what, ok, planned },
}: {
  readonly entry: Pick<AcmeTimelineEntry, 'what' | 'ok' | 'planned'>;
}) {
  const filled = planned ? 'tg-mark-planned' : 'tg-mark';
  if (what === 'end') return <path className="tg-mark-end" d="M0 -10V10M-4 -10H4M-4 10H4" />;
  if (!ok) return <path className="tg-mark-failed" d="M-5 -5L5 5M5 -5L-5 5" />;
  if (what === 'deployed' || what === 'deploy') return <path className={filled} d="M0 -6.5L6.5 0L0 6.5L-6.5 0Z" />;
  return <circle className={filled} r="5" />;
}

const legend = [
  { words: 'signed', entry: { what: 'signed', ok: true, planned: false } },
  { words: 'deployed', entry: { what: 'deployed', ok: true, planned: false } },
  { words: 'failed', entry: { what: 'sign-failed', ok: false, planned: false } },
  { words: 'hollow: planned', entry: { what: 'sign', ok: true, planned: true } },
  { words: 'expires', entry: { what: 'end', ok: true, planned: true } },
] as const;

function Legend() {
  return (
    <ul className="tg-renewal-legend" aria-hidden="true">
      {legend.map(({ words, entry }) => (
        <li key={words}>
          <svg className="tg-life" viewBox="-11 -11 22 22" width={18} height={18} style={{ width: 18 }}>
            <title>{words}</title>
            <g className={`tg-tone-${toneOf(entry)}`}>
              <Mark entry={entry} />
            </g>
          </svg>
          {words}
        </li>
      ))}
    </ul>
  );
}

function toneOf({ what, ok, planned }: Pick<AcmeTimelineEntry, 'what' | 'ok' | 'planned'>) {
  if (!ok) return 'critical';
  if (what === 'end') return 'warning';
  return planned ? 'note' : 'ok';
}

/** The square root on both sides of now keeps the next days readable beside a year. */
function place(at: number, { now, before, after }: Scale, width: number): number {
  const inner = width - 24;
  const centre = 12 + inner * past;
  const span = at - now;
  return span < 0
    ? centre - Math.sqrt(-span / before) * inner * past
    : centre + Math.sqrt(span / after) * inner * (1 - past);
}

/** The marks that have room for their words. */
function placedMarks(scale: Scale, width: number): readonly { at: number; text: string; x: number }[] {
  const kept: { at: number; text: string; x: number }[] = [];
  const centre = place(scale.now, scale, width);
  for (const { at, text } of marks) {
    if (at < -scale.before || at > scale.after) continue;
    const x = place(scale.now + at, scale, width);
    const clear = kept.every((other) => Math.abs(other.x - x) > 56) && Math.abs(x - centre) > 48;
    if (clear) kept.push({ at, text, x });
  }
  return kept;
}

/** For those who do not see the drawing: the last thing and the next. */
function wordsOf(entries: readonly AcmeTimelineEntry[], now: number): string {
  const last = entries.filter(({ planned }) => !planned).at(-1);
  const next = entries.find(({ planned }) => planned);
  return [
    last && `last, ${dateText(last.at)}: ${last.words}`,
    next && `next, ${distanceText(next.at, now)}: ${next.words}`,
  ]
    .filter(Boolean)
    .join(' ');
}
