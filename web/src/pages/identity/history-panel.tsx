/** The renewals of an identity: drawn as overlapping lives, listed below. */
import { Table } from '@mantine/core';
import type { IdentityVersion, IdentityView } from '../../api.ts';
import { StateMark, type Tone } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty } from '../../components/query-view.tsx';
import { dateText, momentText } from '../../components/time.tsx';
import { keyWords, sourceWords } from './words.ts';

const states: Readonly<Record<IdentityVersion['state'], readonly [Tone, string]>> = {
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
          <Table.ScrollContainer minWidth={620}>
            <Table fz="sm" verticalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>State</Table.Th>
                  <Table.Th>Common name</Table.Th>
                  <Table.Th>Key</Table.Th>
                  <Table.Th>Presented from</Table.Th>
                  <Table.Th>Expires</Table.Th>
                  <Table.Th>Source</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {history.map((version) => (
                  <Table.Tr key={version.id}>
                    <Table.Td>
                      <StateMark tone={states[version.state][0]}>{states[version.state][1]}</StateMark>
                    </Table.Td>
                    <Table.Td>{version.commonName ?? version.subject}</Table.Td>
                    <Table.Td>{keyWords(version.keyKind)}</Table.Td>
                    <Table.Td>{momentText(version.activatedAt)}</Table.Td>
                    <Table.Td>{dateText(version.notAfter)}</Table.Td>
                    <Table.Td>{sourceWords(version.source)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </div>
      )}
    </Panel>
  );
}

const width = 720;
const step = 20;

function Lives({ history, now = Date.now() }: { readonly history: readonly IdentityVersion[]; readonly now?: number }) {
  const start = Math.min(now, ...history.map((v) => Date.parse(v.notBefore)));
  const end = Math.max(now, ...history.map((v) => Date.parse(v.notAfter)));
  const x = (at: number) => 4 + ((at - start) / Math.max(1, end - start)) * (width - 8);
  const height = history.length * step + 26;
  return (
    <svg
      className="tg-life"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label="Lives of the certificates of this slot, newest on top"
    >
      {history.map((version, row) => {
        const from = x(Date.parse(version.notBefore));
        const to = x(Date.parse(version.notAfter));
        return (
          <g key={version.id} className={`tg-tone-${states[version.state][0]}`}>
            <rect className="tg-bar" x={from} y={row * step + 3} width={Math.max(3, to - from)} height={13} rx="3" />
            {version.activatedAt && version.state === 'active' && (
              <rect
                className="tg-bar-strong"
                x={x(Date.parse(version.activatedAt))}
                y={row * step + 7}
                width={Math.max(2, x(Math.min(now, Date.parse(version.notAfter))) - x(Date.parse(version.activatedAt)))}
                height={5}
                rx="2.5"
              />
            )}
          </g>
        );
      })}
      <line className="tg-now" x1={x(now)} x2={x(now)} y1={0} y2={height - 18} />
      <text x={4} y={height - 4}>
        {dateText(start)}
      </text>
      <text className="tg-strong" x={Math.min(Math.max(x(now), 120), width - 120)} y={height - 4} textAnchor="middle">
        today
      </text>
      <text x={width - 4} y={height - 4} textAnchor="end">
        {dateText(end)}
      </text>
    </svg>
  );
}
