/** Zones between the two gateways, Kamailio and a branch become active, verified in both directions. */
import { branchName, partnerName, type Stage } from './stage.ts';
import { timed, waitFor } from './wait-for.ts';
import type { ZoneGateway } from './zone-gateway.ts';

const patienceMs = 20_000;

export async function openZones(stage: Stage): Promise<void> {
  const { table, core, edge } = stage;
  table.title('Zones');
  const kamailio = await stage.partnerShows(await stage.leafFor(partnerName));
  // who waits for calls first: a call that comes before its zone would belong to the default zone
  const waiting = performance.now();
  await edge.addZone({ name: 'core', kind: 'traversal-server', subjectName: core.fqdn });
  await edge.addZone({ name: 'branch', kind: 'traversal-server', subjectName: branchName });
  await becomesActive(stage, core, 'core calls edge over a traversal client zone', {
    name: 'edge',
    kind: 'traversal-client',
    peers: [edge.fqdn],
  });
  const called = await timed(async () => (await edge.zone('core')).state === 'active', patienceMs, waiting);
  table.note(`edge is called by core over a traversal server zone: active after ${called.seconds}`, called.held);
  const partner = { name: 'partner', kind: 'neighbor', peers: [partnerName] };
  await becomesActive(stage, core, 'core calls Kamailio over a neighbor zone', partner);
  await becomesActive(stage, edge, 'edge calls Kamailio over a neighbor zone', partner);
  const reached = await waitFor(() => kamailio.reached().includes(edge.fqdn), patienceMs);
  table.note('Kamailio calls edge, verified both ways: OPTIONS answered', reached, kamailio.output());
}

/** Adds the zone; the time is taken from there. */
async function becomesActive(
  { table }: Stage,
  gateway: ZoneGateway,
  words: string,
  fields: Parameters<ZoneGateway['addZone']>[0],
): Promise<void> {
  const start = performance.now();
  await gateway.addZone(fields);
  const active = async () => (await gateway.zone(fields.name)).state === 'active';
  const { held, seconds } = await timed(active, patienceMs, start);
  const { state, words: why } = await gateway.zone(fields.name);
  table.note(`${words}: active after ${seconds}`, held, `${state}: ${why}`);
}
