/** What breaks when: certificates that end, uses that get lost, issuers that are not trusted. */
import type { Answer } from '../../api.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { dateText, distanceText } from '../../components/time.tsx';
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
        {(events) => (
          <ListTable
            label="Calendar of zones"
            minWidth={760}
            rows={grouped(events)}
            keyOf={({ event }) => `${event.at} ${event.zone} ${event.cause} ${event.fingerprint}`}
            columns={columns}
            empty={<Empty title="Nothing is known that would break a zone." />}
          />
        )}
      </QueryView>
    </Panel>
  );
}

type Event = Answer<'/zones/calendar', 'get'>['events'][number];

interface Group {
  readonly event: Event;
  readonly zoneNames: readonly string[];
}

const columns: readonly Column<Group>[] = [
  {
    heading: 'When',
    minWidth: 100,
    cell: ({ event: { at } }) => (
      <>
        {dateText(at)}
        <div className="tg-dim tg-small">{distanceText(at)}</div>
      </>
    ),
  },
  { heading: 'Zone', wraps: true, minWidth: 90, cell: ({ zoneNames }) => zoneNames.join(', ') },
  {
    heading: 'Cause',
    cell: ({ event: { breaks, cause, words } }) => (
      <>
        <StateMark tone={breaks ? 'warning' : 'note'}>{causes[cause]}</StateMark>
        <div className="tg-small">{words}</div>
        {!breaks && <div className="tg-dim tg-small">Only where the certificate is verified.</div>}
      </>
    ),
  },
  { heading: 'What to do', cell: ({ event }) => event.remedy },
];

/** One row for what happens to several zones at once. */
function grouped(events: readonly Event[]): readonly Group[] {
  const groups = Map.groupBy(events, ({ at, cause, words, remedy, breaks }) =>
    JSON.stringify([at, cause, words, remedy, breaks]),
  );
  return [...groups.values()].flatMap((group) =>
    group[0] === undefined ? [] : [{ event: group[0], zoneNames: group.map(({ zoneName }) => zoneName) }],
  );
}
