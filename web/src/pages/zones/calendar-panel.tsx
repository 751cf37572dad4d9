/** What breaks when: certificates that end, uses that get lost, issuers that are not trusted. */
import { Table } from '@mantine/core';
import type { Answer } from '../../api.ts';
import { StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { dateText, distanceText } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { useCalendar } from './zone-queries.ts';

const causes = {
  'our-expiry': 'Our certificate ends',
  'our-client-auth': 'Ours without clientAuth',
  'peer-expiry': 'Peer’s certificate ends',
  'peer-client-auth': 'Peer without clientAuth',
  'exception-ends': 'EKU exception ends',
  'ca-expiry': 'CA ends',
  'untrusted-issuer': 'Issuer not trusted',
} as const;

export function CalendarPanel() {
  const calendar = useCalendar();
  return (
    <Panel title="Calendar: which zones break when" anchor="calendar">
      <QueryView query={calendar} rows={3}>
        {(events) =>
          events.length === 0 ? (
            <Empty title="Nothing is known that would break a zone." />
          ) : (
            <WideTable label="Calendar of zones" minWidth={760} stacks>
              <Table fz="sm" verticalSpacing={6}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th style={{ minWidth: 100 }}>When</Table.Th>
                    <Table.Th style={{ minWidth: 90 }}>Zone</Table.Th>
                    <Table.Th>Cause</Table.Th>
                    <Table.Th>What to do</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {grouped(events).map(({ event, zoneNames }) => (
                    <Table.Tr key={`${event.at} ${event.zone} ${event.cause} ${event.fingerprint}`}>
                      <Table.Td data-label="When">
                        {dateText(event.at)}
                        <div className="tg-dim tg-small">{distanceText(event.at)}</div>
                      </Table.Td>
                      <Table.Td data-label="Zone" className="tg-name-cell">
                        {zoneNames.join(', ')}
                      </Table.Td>
                      <Table.Td data-label="Cause">
                        <StateMark tone={event.breaks ? 'warning' : 'note'}>{causes[event.cause]}</StateMark>
                        <div className="tg-small">{event.words}</div>
                        {!event.breaks && (
                          <div className="tg-dim tg-small">Only where the certificate is verified.</div>
                        )}
                      </Table.Td>
                      <Table.Td data-label="What to do">{event.remedy}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </WideTable>
          )
        }
      </QueryView>
    </Panel>
  );
}

type Event = Answer<'/zones/calendar', 'get'>['events'][number];

/** One row for what happens to several zones at once. */
function grouped(events: readonly Event[]): readonly { event: Event; zoneNames: readonly string[] }[] {
  const groups = Map.groupBy(events, ({ at, cause, words, remedy, breaks }) =>
    JSON.stringify([at, cause, words, remedy, breaks]),
  );
  return [...groups.values()].flatMap((group) =>
    group[0] === undefined ? [] : [{ event: group[0], zoneNames: group.map(({ zoneName }) => zoneName) }],
  );
}
