/** Peers: every certificate that any peer has presented, with the last decision and a forecast. */
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { api, type Peer } from '../../api.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { nameText } from '../../components/name-text.ts';
import { StateMark } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { dateText, When } from '../../components/time.tsx';
import { unwrap } from '../../transport.ts';
import { whileUsed } from '../../while-used.ts';
import { Verdict } from './verdict.tsx';

/** The page Status › Peers. */
export function PeersPage() {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, 300);
  const peers = useQuery({
    queryKey: ['peers', search],
    queryFn: () => unwrap(api.GET('/peers', { params: { query: { search, limit: 200 } } })),
    refetchInterval: whileUsed,
    placeholderData: keepPreviousData,
  });
  return (
    <Page intro="Every certificate that a peer has presented, last seen first: what was decided about it, why, and what will become of it.">
      <Panel
        title={
          <>
            Certificates of peers{' '}
            {peers.data && (
              <span className="tg-dim" style={{ fontWeight: 400, fontSize: 13 }}>
                {peers.data.peers.length} of {peers.data.total} shown, {peers.data.limit.toLocaleString('en')} are
                remembered
              </span>
            )}
          </>
        }
      >
        <div className="tg-stack">
          <div className="tg-form">
            <TextInput
              label="Search"
              placeholder="Subject, issuer, name, address or fingerprint"
              value={typed}
              onChange={(e) => setTyped(e.currentTarget.value)}
              spellCheck={false}
              autoComplete="off"
            />
          </div>
          <QueryView query={peers} rows={6}>
            {({ peers: rows }) => (
              <ListTable
                label="Certificates of peers"
                minWidth={860}
                rows={rows}
                keyOf={({ fingerprint }) => fingerprint}
                columns={columns}
                empty={
                  <Empty title={search === '' ? 'No peer has shown a certificate yet.' : 'Nothing matches.'}>
                    {search === '' && 'Certificates appear here as soon as a peer connects or is called.'}
                  </Empty>
                }
              />
            )}
          </QueryView>
        </div>
      </Panel>
    </Page>
  );
}

const forecasts = { good: ['ok', 'Good'], watch: ['warning', 'Watch'], act: ['critical', 'Act'] } as const;

const columns: readonly Column<Peer>[] = [
  { heading: 'Last decision', cell: (peer) => <Verdict peer={peer} /> },
  {
    heading: 'Peer',
    wraps: true,
    minWidth: 190,
    cell: ({ fingerprint, names, subject, issuer, address }) => (
      <>
        <Link to={`/status/peers/${fingerprint}`}>{names[0] || nameText(subject) || 'no name'}</Link>
        <div className="tg-dim tg-small">issued by {nameText(issuer)}</div>
        <div className="tg-dim tg-small">{address}</div>
      </>
    ),
  },
  { heading: 'Zone', wraps: true, minWidth: 90, cell: ({ zoneName }) => zoneName || '–' },
  { heading: 'Last seen', cell: ({ lastSeen }) => <When at={lastSeen} /> },
  { heading: 'Expires', cell: ({ notAfter }) => dateText(notAfter) },
  {
    heading: 'Forecast',
    cell: ({ forecast: { severity, words }, superseded }) => (
      <>
        <StateMark tone={forecasts[severity][0]}>{superseded ? 'Replaced' : forecasts[severity][1]}</StateMark>
        <div className="tg-small">{words.join(' ')}</div>
      </>
    ),
  },
];
