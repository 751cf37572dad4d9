/** Zones between the two gateways, Kamailio and a branch become active, verified in both directions. */
import { branchName, partnerName, type Stage } from './stage.ts';
import { timed } from './wait-for.ts';

const patienceMs = 20_000;

export async function openZones(stage: Stage): Promise<void> {
  const { table, core, edge } = stage;
  table.title('Zones');
  const kamailio = await stage.partnerShows(await stage.leafFor(partnerName));
  await edge.addZone({ name: 'core', kind: 'traversal-server', subjectName: core.fqdn });
  await core.addZone({ name: 'edge', kind: 'traversal-client', peers: [edge.fqdn] });
  await core.addZone({ name: 'partner', kind: 'neighbor', peers: [partnerName] });
  await edge.addZone({ name: 'partner', kind: 'neighbor', peers: [partnerName] });
  await edge.addZone({ name: 'branch', kind: 'traversal-server', subjectName: branchName });
  const expected = [
    [core, 'edge', 'core calls edge over a traversal client zone'],
    [edge, 'core', 'edge is called by core over a traversal server zone'],
    [core, 'partner', 'core calls Kamailio over a neighbor zone'],
    [edge, 'partner', 'edge calls Kamailio over a neighbor zone'],
  ] as const;
  for (const [gateway, name, words] of expected) {
    const { held, seconds } = await timed(async () => (await gateway.zone(name)).state === 'active', patienceMs);
    const { state, words: why } = await gateway.zone(name);
    table.note(`${words}: active after ${seconds}`, held, `${state}: ${why}`);
  }
  const reached = await timed(() => kamailio.reached().includes(edge.fqdn), patienceMs);
  table.note(`Kamailio calls edge: OPTIONS answered after ${reached.seconds}`, reached.held, kamailio.output());
}
