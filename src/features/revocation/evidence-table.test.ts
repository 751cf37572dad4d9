/** Source by answer by setting by purpose: what is decided about a leaf, row by row. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type MadeCertificate, makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { crlTime, makeCrlDer } from '../../../test/support/made-crls.ts';
import { openRevocationBench, type RevocationBench } from '../../../test/support/revocation-bench.ts';
import { testAdministrator } from '../../../test/support/temporary-storage.ts';
import { encodePem } from '../../pki/pem.ts';
import { decide, type Purpose, purposes, trustOf } from '../verification/verification.ts';
import { type RevocationPurpose, revocationPurposes, sourceTable } from './revocation.ts';

type Said = 'nothing' | 'good' | 'revoked' | 'expired';
const said: readonly Said[] = ['nothing', 'good', 'revoked', 'expired'];

interface Case {
  readonly manual: Said;
  readonly automatic: Said;
  readonly embedded: Said;
  readonly ca: MadeCertificate;
  readonly leaf: MadeCertificate;
}

const hour = 3_600_000;
const cases: Case[] = [];
for (const manual of said) for (const automatic of said) cases.push(makeCase(manual, automatic, 'nothing'));
for (const embedded of ['good', 'revoked', 'expired'] as const) cases.push(makeCase('nothing', 'nothing', embedded));
cases.push(makeCase('revoked', 'revoked', 'good'), makeCase('good', 'good', 'revoked'));

function makeCase(manual: Said, automatic: Said, embedded: Said): Case {
  const ca = makeCa(`CA manual ${manual} automatic ${automatic} embedded ${embedded}`);
  return { manual, automatic, embedded, ca, leaf: makeLeaf('peer.example.com', ca) };
}

/** The CRLs of one source, each with a number of its own, so that none is a rollback of another. */
function crlsOf(source: 'manual' | 'automatic' | 'embedded', number: number): string {
  return cases
    .flatMap((one) => {
      const what = one[source];
      if (what === 'nothing') return [];
      const entries = what === 'revoked' ? [{ serial: one.leaf.certificate.serial }] : [];
      const nextUpdate = crlTime + (what === 'expired' ? hour : 10 * hour);
      return [encodePem('X509 CRL', makeCrlDer(one.ca, { number, entries, nextUpdate, thisUpdate: crlTime - hour }))];
    })
    .join('');
}

/** The table of sources once more, in other words, so that neither copy is wrong alone. */
function expected(purpose: RevocationPurpose, one: Case, fallback: 'revoked' | 'not-revoked'): boolean {
  const { manual, automatic, embedded } = one;
  const fallsBack = ['sip-tls', 'xmpp', 'cluster'].includes(purpose);
  const automaticUsable = automatic === 'good' || automatic === 'revoked';
  const looked: readonly Said[] =
    purpose === 'ldap'
      ? [embedded]
      : purpose === 'policy-server'
        ? [manual]
        : purpose === 'sip-tls'
          ? [manual, automatic]
          : automaticUsable
            ? [automatic]
            : [manual, automatic];
  if (looked.includes('revoked')) return false;
  if (looked.includes('good')) return true;
  if (looked.includes('expired') && !fallsBack) return false;
  return fallback === 'not-revoked';
}

const purposeOf: Readonly<Record<RevocationPurpose, Purpose>> = {
  'sip-tls': 'sip',
  'https-client': 'https-client',
  'policy-server': 'policy-server',
  ldap: 'ldap',
  xmpp: 'xmpp',
  syslog: 'syslog',
  'call-manager': 'call-manager',
  management: 'https-server',
  'other-client': 'smtp',
  cluster: 'cluster-peer',
};

let bench: RevocationBench;
const ends: (() => unknown)[] = [];
before(async () => {
  bench = await openRevocationBench({ after: (end: unknown) => ends.push(end as () => unknown) } as never);
  await bench.trust(...cases.map(({ ca }) => ca));
  const embedded = Buffer.from(crlsOf('embedded', 1));
  await bench.trustedCas.append(testAdministrator, embedded, { fileName: 'crls.pem' });
  await bench.revocation.upload(testAdministrator, Buffer.from(crlsOf('manual', 2)), 'manual.pem');
  bench.server.answers.set('/all', Buffer.from(crlsOf('automatic', 3)));
  await bench.update('/all');
  const [source] = await bench.revocation.sources();
  assert.equal(source?.state, 'ok', source?.message);
  // now what ends in an hour has ended
  bench.time.now = crlTime + 2 * hour;
});

let rows = 0;
for (const purpose of revocationPurposes) {
  for (const fallback of ['not-revoked', 'revoked'] as const) {
    test(`${sourceTable[purpose].label}, without data ${fallback}: every combination of sources`, async () => {
      await bench.set({ purposes: { [purpose]: { mode: 'chain', fallback } } });
      for (const one of cases) {
        const path = [one.leaf.certificate, one.ca.certificate];
        const evidence = await bench.revocation.evidenceFor(purpose, path);
        const decision = decide(
          {
            chain: path.slice(0, 1),
            trust: trustOf([one.ca.certificate]),
            purpose: purposeOf[purpose],
            evidence: { crls: evidence.crls, ocsp: evidence.ocsp },
            time: bench.time.now,
            settings: { revocation: evidence.mode, whenUnknown: evidence.whenUnknown },
          },
          { monotonic: () => 0 },
        );
        const { manual, automatic, embedded } = one;
        const row = `${purpose}: manual ${manual}, automatic ${automatic}, embedded ${embedded}, ${fallback}`;
        assert.equal(decision.accepted, expected(purpose, one, fallback), `${row}: ${decision.words}`);
        rows++;
      }
    });
  }
}

test('at least two hundred rows were decided, and a purpose that is off asks nothing', async () => {
  assert.ok(rows >= 200, String(rows));
  await bench.set({ purposes: { 'sip-tls': { mode: 'off' } } });
  const [one] = cases;
  assert.ok(one);
  const evidence = await bench.revocation.evidenceFor('sip-tls', [one.leaf.certificate, one.ca.certificate]);
  assert.deepEqual([evidence.mode, evidence.crls.length], ['off', 0]);
});

test('"Use CRLs" switched off leaves out every CRL', async () => {
  const one = cases.find(({ manual, automatic }) => manual === 'revoked' && automatic === 'revoked');
  assert.ok(one);
  await bench.set({ purposes: { 'sip-tls': { mode: 'chain', useCrls: false } } });
  const evidence = await bench.revocation.evidenceFor('sip-tls', [one.leaf.certificate, one.ca.certificate]);
  assert.deepEqual(evidence.crls, []);
});

test('every purpose of verification has its row of the one table', () => {
  for (const purpose of revocationPurposes) {
    const { label: _, ...row } = sourceTable[purposes[purposeOf[purpose]].revocation];
    const { label: __, ...own } = sourceTable[purpose];
    assert.deepEqual(row, own, purpose);
  }
});

test('everything is put away', async () => {
  for (const end of ends.reverse()) await end();
});
