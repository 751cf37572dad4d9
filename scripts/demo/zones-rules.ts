/** What a peer has to prove: use of keys under each rule of a zone, and names when the peer is configured by address. */
import { branchName, hosts, partnerName, type Stage } from './stage.ts';
import { timed, waitFor } from './wait-for.ts';

const day = 86_400_000;

export async function peerRules(stage: Stage): Promise<void> {
  const { table, core, edge } = stage;

  table.title('A peer that calls with a certificate for servers only');
  const rules = [
    { rule: 'strict', words: 'strict', letIn: false },
    { rule: 'server-auth-accepted', words: 'serverAuth accepted', letIn: true },
    { rule: { until: dayFromNow(1) }, words: 'accepted until tomorrow', letIn: true },
    { rule: { until: dayFromNow(-1) }, words: 'accepted until yesterday', letIn: false },
  ];
  for (const { rule, words, letIn } of rules) {
    await edge.changeZone('branch', { ekuRule: rule });
    const leaf = await stage.leafFor(branchName, { use: 'server' });
    const call = await stage.branchCalls(leaf);
    const status = await call.options();
    await waitFor(async () => (await edge.peer(leaf.fingerprint)) !== undefined, 5_000);
    const peer = await edge.peer(leaf.fingerprint);
    const good = letIn
      ? status === 200 && peer?.accepted === true
      : status === 0 && peer?.code === 'path.extended-key-usage';
    table.note(`EKU rule ${words}: ${letIn ? 'let in' : 'refused'}`, good, peer?.words);
    if (!letIn) table.say(`  ${peer?.words}`);
    call.close();
  }
  await edge.changeZone('branch', { ekuRule: 'strict' });

  table.title('Peer address as IP address, certificate with an FQDN');
  const leaf = await stage.leafFor(partnerName);
  await stage.partnerShows(leaf);
  const byAddress = performance.now();
  await core.changeZone('partner', { peers: [hosts[partnerName]] });
  const failed = await timed(async () => (await core.zone('partner')).state === 'failed', 30_000, byAddress);
  const { words, advice } = await core.zone('partner');
  table.note(`peer configured as 127.0.0.4: the zone fails after ${failed.seconds}`, failed.held, words);
  table.say(`  ${words}`);
  table.note(
    'peer configured as 127.0.0.4: advice to configure it by its FQDN',
    advice.some((one) => /by its FQDN/.test(one)),
  );
  for (const one of advice) table.say(`  ${one}`);
  const byName = performance.now();
  await core.changeZone('partner', { peers: [partnerName] });
  const again = await timed(async () => (await core.zone('partner')).state === 'active', 30_000, byName);
  table.note(
    `peer configured by its FQDN: active after ${again.seconds}`,
    again.held,
    (await core.zone('partner')).words,
  );
}

function dayFromNow(days: number): string {
  return new Date(Date.now() + days * day).toISOString().slice(0, 10);
}
