/** Status that cannot be established: a CRL that ran out, responders that are slow, huge, or talk garbage. */
import type { Leaf } from './private-ca.ts';
import { misbehaviours, startBadResponder, startOcspResponder } from './revocation-servers.ts';
import { badAddress, branchName, type Stage } from './stage.ts';
import { waitFor } from './wait-for.ts';

const fallbacks = [
  { fallback: 'not-revoked', letIn: true },
  { fallback: 'revoked', letIn: false },
] as const;
const crlSeconds = 6;

export async function unsettledStatus(stage: Stage): Promise<void> {
  const { table, edge, crls, partners } = stage;

  table.title('A CRL that runs out');
  for (const { fallback, letIn } of fallbacks) {
    await edge.checkRevocation(
      { mode: 'leaf', fallback, useOcsp: false, allowCdp: false },
      { automatic: { enabled: true, points: [`http://crl.partner.test/${fallback}.crl`] } },
    );
    crls.serve(await partners.ca.crl({ seconds: crlSeconds }));
    await edge.updateCrls();
    const before = await stage.leafFor(branchName);
    const fresh = await waitFor(
      async () => (await stage.branchCalls(before)).options().then((code) => code === 200),
      5_000,
    );
    table.note(`fallback ${fallback}, CRL fresh: the branch is let in`, fresh);
    crls.serve('');
    await new Promise((resolve) => setTimeout(resolve, (crlSeconds + 1) * 1_000));
    await arrives(stage, `fallback ${fallback}, CRL expired`, await stage.leafFor(branchName), letIn);
  }

  table.title('OCSP responders that misbehave');
  // the responder reads what was issued at its start
  const known = await stage.leafFor(branchName, { ocsp: 'http://ocsp.partner.test:8080/' });
  const bad = await startBadResponder(badAddress);
  const stopGood = await startOcspResponder(partners.ca, 8080);
  try {
    for (const { fallback, letIn } of fallbacks) {
      await edge.checkRevocation(
        { mode: 'leaf', fallback, useOcsp: true, allowCdp: true },
        { automatic: { enabled: false, points: [] } },
      );
      for (const how of misbehaviours) {
        const url = `http://${how}.partner.test/${fallback}`;
        const leaf = await stage.leafFor(branchName, { ocsp: url });
        await arrives(stage, `fallback ${fallback}, OCSP responder ${how}`, leaf, letIn, () => bad.asked(url));
      }
    }
    await arrives(stage, 'fallback revoked, OCSP responder as it should be', known, true);
  } finally {
    bad.stop();
    await stopGood();
  }
  await edge.checkRevocation({ mode: 'off', fallback: 'not-revoked' });
}

/** The branch calls; the row tells whether it was let in, how long that took, and what the register of peers says. */
async function arrives(
  { table, edge, branchCalls }: Stage,
  when: string,
  leaf: Leaf,
  letIn: boolean,
  asked = () => true,
): Promise<void> {
  const start = performance.now();
  const call = await branchCalls(leaf);
  const code = await call.options();
  const milliseconds = performance.now() - start;
  const told = await waitFor(async () => (await edge.peer(leaf.fingerprint)) !== undefined, 5_000);
  const peer = await edge.peer(leaf.fingerprint);
  const outcome = letIn ? 'let in' : 'refused';
  const as = letIn ? code === 200 : code === 0;
  const reason = letIn ? '' : ` (${peer?.code})`;
  // the handshake may spend five seconds on revocation data
  const good = as && asked() && told && peer?.accepted === letIn && milliseconds < 6_000;
  table.note(`${when}: ${outcome}${reason} after ${(milliseconds / 1000).toFixed(1)} s`, good, peer?.words);
  table.say(`  ${peer?.words}`);
  call.close();
}
