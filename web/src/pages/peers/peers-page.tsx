/** Peers: every certificate that any peer has presented, with the last decision and a forecast. */
import { Table, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { api, type Peer } from '../../api.ts';
import { nameText } from '../../components/name-text.ts';
import { StateMark } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { dateText, When } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
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
            {({ peers: rows }) =>
              rows.length === 0 ? (
                <Empty title={search === '' ? 'No peer has shown a certificate yet.' : 'Nothing matches.'}>
                  {search === '' && 'Certificates appear here as soon as a peer connects or is called.'}
                </Empty>
              ) : (
                <PeersTable peers={rows} />
              )
            }
          </QueryView>
        </div>
      </Panel>
    </Page>
  );
}

function PeersTable({ peers }: { readonly peers: readonly Peer[] }) {
  return (
    <WideTable label="Certificates of peers" minWidth={860} stacks>
      <Table fz="sm" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Last decision</Table.Th>
            <Table.Th style={{ minWidth: 190 }}>Peer</Table.Th>
            <Table.Th style={{ minWidth: 90 }}>Zone</Table.Th>
            <Table.Th>Last seen</Table.Th>
            <Table.Th>Expires</Table.Th>
            <Table.Th>Forecast</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {peers.map((peer) => (
            <Table.Tr key={peer.fingerprint}>
              <Table.Td data-label="Last decision">
                <Verdict peer={peer} />
              </Table.Td>
              <Table.Td data-label="Peer" className="tg-name-cell">
                <Link to={`/status/peers/${peer.fingerprint}`}>
                  {peer.names[0] || nameText(peer.subject) || 'no name'}
                </Link>
                <div className="tg-dim tg-small">issued by {nameText(peer.issuer)}</div>
                <div className="tg-dim tg-small">{peer.address}</div>
              </Table.Td>
              <Table.Td data-label="Zone" className="tg-name-cell">
                {peer.zoneName || '–'}
              </Table.Td>
              <Table.Td data-label="Last seen">
                <When at={peer.lastSeen} />
              </Table.Td>
              <Table.Td data-label="Expires">{dateText(peer.notAfter)}</Table.Td>
              <Table.Td data-label="Forecast">
                <StateMark
                  tone={
                    peer.forecast.severity === 'good' ? 'ok' : peer.forecast.severity === 'act' ? 'critical' : 'warning'
                  }
                >
                  {peer.superseded ? 'Replaced' : { good: 'Good', watch: 'Watch', act: 'Act' }[peer.forecast.severity]}
                </StateMark>
                <div className="tg-small">{peer.forecast.words.join(' ')}</div>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
