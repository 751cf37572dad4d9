/** The renewals of an identity: drawn as overlapping lives, listed below. */

import type { IdentityVersion, IdentityView } from '../../api.ts';
import { Drawing } from '../../components/drawings/drawing.tsx';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { StateWord, type ToneWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty } from '../../components/query-view.tsx';
import { dateText, momentText } from '../../components/time.tsx';
import { keyWords, sourceWords } from './words.ts';

const states: Readonly<Record<IdentityVersion['state'], ToneWord>> = {
  active: ['ok', 'Active'],
  previous: ['note', 'Previous'],
  retired: ['plain', 'Retired'],
  'pending-acme': ['note', 'Waiting'],
};

/** Every certificate this slot has held, newest first. */
export function HistoryPanel({ identity }: { readonly identity: IdentityView }) {
  const { history } = identity;
  return (
    <Panel title="Time line of renewals">
      {history.length === 0 ? (
        <Empty title="No certificate has been loaded yet." />
      ) : (
        <div className="tg-stack">
          <Lives history={history.slice(0, 8)} />
          <ListTable
            label="Certificates of this slot"
            minWidth={620}
            rows={history}
            keyOf={({ id }) => id}
            columns={columns}
          />
        </div>
      )}
    </Panel>
  );
}

const columns: readonly Column<IdentityVersion>[] = [
  { heading: 'State', cell: ({ state }) => <StateWord of={states[state]} /> },
  { heading: 'Common name', cell: ({ commonName, subject }) => commonName ?? subject },
  { heading: 'Key', cell: ({ keyKind }) => keyWords(keyKind) },
  { heading: 'Presented from', cell: ({ activatedAt }) => momentText(activatedAt) },
  { heading: 'Expires', cell: ({ notAfter }) => dateText(notAfter) },
  { heading: 'Source', cell: ({ source }) => sourceWords(source) },
];

const step = 20;

function Lives({ history, now = Date.now() }: { readonly history: readonly IdentityVersion[]; readonly now?: number }) {
  const start = Math.min(now, ...history.map((v) => Date.parse(v.notBefore)));
  const end = Math.max(now, ...history.map((v) => Date.parse(v.notAfter)));
  const height = history.length * step + 26;
  return (
    <Drawing label="Lives of the certificates of this slot, newest on top" height={height}>
      {(width) => {
        const x = (at: number) => 2 + ((at - start) / Math.max(1, end - start)) * (width - 4);
        const today = x(now);
        return (
          <>
            {history.map((version, row) => (
              <Life key={version.id} version={version} y={row * step} now={now} x={x} />
            ))}
            <line className="tg-now" x1={today} x2={today} y1={0} y2={height - 20} />
            {today > 90 && (
              <text x={2} y={height - 4}>
                {dateText(start)}
              </text>
            )}
            {today <= 90 && (
              <text className="tg-strong" x={today} y={height - 4}>
                today
              </text>
            )}
            {(today < width - 130 || today > width - 20) && today > 90 && (
              <text className="tg-strong" x={today} y={height - 4} textAnchor={today > width - 20 ? 'end' : 'middle'}>
                today
              </text>
            )}
            {today < width - 60 && (
              <text x={width - 2} y={height - 4} textAnchor="end">
                {dateText(end)}
              </text>
            )}
          </>
        );
      }}
    </Drawing>
  );
}

interface LifeProps {
  readonly version: IdentityVersion;
  readonly y: number;
  readonly now: number;
  readonly x: (at: number) => number;
}

/** A bar for the validity; inside it, for the active one, how long it has been presented. */
function Life({ version, y, now, x }: LifeProps) {
  const from = x(Date.parse(version.notBefore));
  const to = x(Date.parse(version.notAfter));
  const since = version.state === 'active' && version.activatedAt ? x(Date.parse(version.activatedAt)) : undefined;
  const until = x(Math.min(now, Date.parse(version.notAfter)));
  return (
    <g className={`tg-tone-${states[version.state][0]}`}>
      <rect className="tg-bar" x={from} y={y + 3} width={Math.max(3, to - from)} height={14} rx="3" />
      {since !== undefined && (
        <rect className="tg-bar-strong" x={since} y={y + 7.5} width={Math.max(2, until - since)} height={5} rx="2.5" />
      )}
    </g>
  );
}
