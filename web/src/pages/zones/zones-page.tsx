/** Zones: the list with live state, what will break when, access rules of the default zone, trust sets. */
import { Button, Table } from '@mantine/core';
import { Link } from 'wouter';
import type { Zone } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { WideTable } from '../../components/wide-table.tsx';
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
  const failed = order.error ?? remove.error;
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
    <div className="tg-stack">
      {failed && <ProblemNotice error={failed} />}
      <WideTable label="Zones" minWidth={820} stacks>
        <Table fz="sm" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>State</Table.Th>
              <Table.Th>Zone</Table.Th>
              <Table.Th>Peers</Table.Th>
              <Table.Th>TLS verify</Table.Th>
              <Table.Th>Shows</Table.Th>
              <Table.Th>
                <span className="tg-visually-hidden">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {zones.map((zone) => (
              <Table.Tr key={zone.id}>
                <Table.Td data-label="State">
                  <ZoneState state={zone.state} />
                </Table.Td>
                <Table.Td data-label="Zone" className="tg-name-cell">
                  <Link to={`/configuration/zones/${zone.id}`}>{zone.name}</Link>
                  <div className="tg-dim tg-small">{kindLabels[zone.kind]}</div>
                  <div className="tg-small">{zone.words}</div>
                </Table.Td>
                <Table.Td data-label="Peers" className="tg-name-cell">
                  {[...zone.peers, zone.subjectName].filter(Boolean).join(', ') || 'anybody'}
                </Table.Td>
                <Table.Td data-label="TLS verify">{zone.tlsVerify ? 'On' : 'Off'}</Table.Td>
                <Table.Td data-label="Shows" className="tg-name-cell">
                  {identityLabel(zone.identity)}
                </Table.Td>
                <Table.Td>
                  {mayChange && zone.kind !== 'default' && (
                    <div className="tg-row-actions" style={{ display: 'flex', flexWrap: 'wrap', gap: 4 }}>
                      <Button
                        variant="subtle"
                        size="compact-sm"
                        disabled={order.isPending || movable[0] === zone}
                        onClick={() => move(zone, -1)}
                        aria-label={`Move up: ${zone.name}`}
                      >
                        Up
                      </Button>
                      <Button
                        variant="subtle"
                        size="compact-sm"
                        disabled={order.isPending || movable.at(-1) === zone}
                        onClick={() => move(zone, 1)}
                        aria-label={`Move down: ${zone.name}`}
                      >
                        Down
                      </Button>
                      <Button
                        variant="subtle"
                        size="compact-sm"
                        onClick={() => void drop(zone)}
                        aria-label={`Delete: ${zone.name}`}
                      >
                        Delete
                      </Button>
                    </div>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
    </div>
  );
}
