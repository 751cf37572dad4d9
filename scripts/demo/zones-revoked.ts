/** Certificates that count no more: by CRL, by OCSP, because their CA was deleted. Zones fail, live connections end. */

import type { Leaf } from './private-ca.ts';
import { startOcspResponder } from './revocation-servers.ts';
import { branchName, partnerName, type Stage } from './stage.ts';
import { timed, waitFor } from './wait-for.ts';
import type { ZoneGateway } from './zone-gateway.ts';

const patienceMs = 20_000;
/** An answer of the responder is good for a minute; open connections are judged again once a minute. */
const answerLifeMs = 130_000;

export async function revokedPeers(stage: Stage): Promise<void> {
  const { table, core, edge, crls, partners } = stage;

  table.title('Revoked by CRL');
  crls.serve(await partners.ca.crl());
  for (const gateway of [core, edge]) {
    await gateway.checkRevocation(
      { mode: 'leaf' },
      { automatic: { enabled: true, points: ['http://crl.partner.test/partner.crl'] } },
    );
  }
  await takeAway(stage, 'CRL', 'revocation.revoked', patienceMs, async ({ branch, partner }) => {
    for (const leaf of [branch, partner]) await partners.revoke(leaf);
    crls.serve(await partners.ca.crl());
    return () => Promise.all([core.updateCrls(), edge.updateCrls()]);
  });

  table.title('Revoked by OCSP');
  for (const gateway of [core, edge]) await gateway.checkRevocation({}, { automatic: { enabled: false, points: [] } });
  let stopResponder = await startOcspResponder(partners.ca, 8080);
  try {
    await takeAway(
      stage,
      'OCSP',
      'revocation.revoked',
      answerLifeMs,
      async ({ branch, partner }) => {
        for (const leaf of [branch, partner]) await partners.revoke(leaf);
        await stopResponder();
        return async () => {
          stopResponder = await startOcspResponder(partners.ca, 8080);
        };
      },
      'http://ocsp.partner.test:8080/',
    );
  } finally {
    await stopResponder();
  }
  for (const gateway of [core, edge]) await gateway.checkRevocation({ mode: 'off' });

  table.title('CA deleted');
  await takeAway(stage, 'deletion of its CA', 'path.no-issuer', patienceMs, async () => async () => {
    await Promise.all([core, edge].map((gateway) => gateway.distrust(partners.fingerprint)));
  });
  const start = performance.now();
  await Promise.all([core, edge].map((gateway) => gateway.trust(partners.ca.certificate)));
  const { held, seconds } = await timed(
    async () => (await core.zone('partner')).state === 'active',
    patienceMs * 2,
    start,
  );
  table.note(`CA appended again: the zone is active after ${seconds}`, held, (await core.zone('partner')).words);
}

interface Shown {
  readonly branch: Leaf;
  readonly partner: Leaf;
}

/**
 * Kamailio and the branch come with new certificates and are let in. `prepare` then takes the ground from under them,
 * and what it returns makes it known: from there the time is taken.
 */
async function takeAway(
  stage: Stage,
  what: string,
  code: string,
  withinMs: number,
  prepare: (shown: Shown) => Promise<() => Promise<unknown>>,
  ocsp?: string,
): Promise<void> {
  const { table, core, edge } = stage;
  const more = ocsp === undefined ? {} : { ocsp };
  const shown = { branch: await stage.leafFor(branchName, more), partner: await stage.leafFor(partnerName, more) };
  const kamailio = await stage.partnerShows(shown.partner);
  const again = await timed(
    async () => (await accepted(core, shown.partner)) && (await isActive(core)),
    patienceMs * 2,
  );
  table.note(`Kamailio with a new certificate: zone active after ${again.seconds}`, again.held, await wordsOf(core));
  const call = await stage.branchCalls(shown.branch);
  table.note('branch connected to edge, OPTIONS answered', (await call.options()) === 200);
  await waitFor(() => kamailio.reached().includes(edge.fqdn), patienceMs);
  const makeKnown = await prepare(shown);
  const start = performance.now();
  await makeKnown();
  const since = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const events: Promise<void>[] = [
    waitFor(() => call.closed, withinMs, 20).then((held) => {
      table.note(`${what}: live connection of the branch closed after ${since()}`, held);
    }),
    waitFor(async () => (await core.zone('partner')).state === 'failed', withinMs).then(async (held) => {
      const { words, states } = await core.zone('partner');
      table.note(`${what}: zone of Kamailio failed after ${since()}`, held && states[0]?.code === code, words);
      table.say(`  ${words}`);
    }),
    waitFor(() => !kamailio.reached().includes(edge.fqdn), withinMs).then((held) => {
      table.note(`${what}: Kamailio no longer reaches edge after ${since()}`, held, kamailio.output());
    }),
  ];
  await Promise.all(events);
  const listed = await waitFor(async () => (await edge.closedFor(shown.branch.fingerprint)).includes(code), 5_000);
  table.note(`${what}: listed among the closed connections with ${code}`, listed);
  const next = await stage.branchCalls(shown.branch);
  const refused = (await next.options()) === 0;
  const failed = await waitFor(async () => (await edge.zone('branch')).state === 'failed', 5_000);
  const { state, words } = await edge.zone('branch');
  table.note(
    `${what}: the branch calls again and is refused, its zone failed`,
    refused && failed,
    `${state}: ${words}`,
  );
  table.say(`  ${words}`);
}

async function isActive(gateway: ZoneGateway): Promise<boolean> {
  return (await gateway.zone('partner')).state === 'active';
}

async function accepted(gateway: ZoneGateway, { fingerprint }: Leaf): Promise<boolean> {
  return (await gateway.peer(fingerprint))?.accepted === true;
}

async function wordsOf(gateway: ZoneGateway): Promise<string> {
  const { state, words } = await gateway.zone('partner');
  return `${state}: ${words}`;
}
