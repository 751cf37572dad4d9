/** Zones: the list with live state, what will break when, access rules of the default zone, trust sets. */
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { Zone } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { RowButton } from '../../components/list/row-button.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { navigate } from '../../location.ts';
import { useMayChange } from '../../session.ts';
import { AccessRulesPanel } from './access-rules-panel.tsx';
import { CalendarPanel } from './calendar-panel.tsx';
import { ClosedPanel } from './closed-panel.tsx';
import { TrustSetsPanel } from './trust-sets-panel.tsx';
import { useZoneChanges, useZones } from './zone-queries.ts';
import { identityLabel, kindLabels, ZoneState } from './zone-state.tsx';

/** The page Configuration › Zones. */
export function ZonesPage() {
  const zones = useZones();
  const mayChange = useMayChange();
  return (
    <Page intro="Where peers are met, what they must prove and what is shown to them. An inbound connection belongs to the first zone whose names match the verified certificate, else by its address to a zone with TLS verify mode off, else to the default zone.">
      <Panel
        title="Zones"
        actions={mayChange && <Button onClick={() => navigate('/configuration/zones/new')}>New zone</Button>}
      >
        <QueryView query={zones} rows={5}>
          {(data) => <ZonesTable zones={data} mayChange={mayChange} />}
        </QueryView>
      </Panel>
      <CalendarPanel />
      <AccessRulesPanel />
      <TrustSetsPanel />
      <ClosedPanel />
    </Page>
  );
}

function ZonesTable({ zones, mayChange }: { readonly zones: readonly Zone[]; readonly mayChange: boolean }) {
  const { order, remove } = useZoneChanges();
  const movable = zones.filter(({ kind }) => kind !== 'default');
  function move(zone: Zone, by: 1 | -1) {
    const ids = movable.map(({ id }) => id);
    const from = ids.indexOf(zone.id);
    ids.splice(from, 1);
    ids.splice(from + by, 0, zone.id);
    order.mutate(ids);
  }
  async function drop(zone: Zone) {
    const sure = await askPerson({
      title: `Delete zone ${zone.name}?`,
      body: 'Its open connections are judged again at once; those that no other zone takes are closed.',
      confirm: 'Delete',
      dangerous: true,
    });
    if (sure) remove.mutate(zone.id);
  }
  return (
    <ListTable
      label="Zones"
      minWidth={820}
      rows={zones}
      keyOf={({ id }) => id}
      columns={columns}
      actions={
        mayChange &&
        ((zone) =>
          zone.kind !== 'default' && (
            <>
              <RowButton
                disabled={order.isPending || movable[0] === zone}
                onClick={() => move(zone, -1)}
                label={`Move up: ${zone.name}`}
              >
                Up
              </RowButton>
              <RowButton
                disabled={order.isPending || movable.at(-1) === zone}
                onClick={() => move(zone, 1)}
                label={`Move down: ${zone.name}`}
              >
                Down
              </RowButton>
              <RowButton onClick={() => void drop(zone)} label={`Delete: ${zone.name}`}>
                Delete
              </RowButton>
            </>
          ))
      }
      error={order.error ?? remove.error}
    />
  );
}

const columns: readonly Column<Zone>[] = [
  { heading: 'State', cell: ({ state }) => <ZoneState state={state} /> },
  {
    heading: 'Zone',
    wraps: true,
    cell: ({ id, name, kind, words }) => (
      <>
        <Link to={`/configuration/zones/${id}`}>{name}</Link>
        <div className="tg-dim tg-small">{kindLabels[kind]}</div>
        <div className="tg-small">{words}</div>
      </>
    ),
  },
  {
    heading: 'Peers',
    wraps: true,
    cell: ({ peers, subjectName }) => [...peers, subjectName].filter(Boolean).join(', ') || 'anybody',
  },
  { heading: 'TLS verify', cell: ({ tlsVerify }) => (tlsVerify ? 'On' : 'Off') },
  { heading: 'Shows', wraps: true, cell: ({ identity }) => identityLabel(identity) },
];
