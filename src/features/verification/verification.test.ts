import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { createOpensslCa, type OpensslCa } from '../../../test/support/openssl.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { parseCertificate } from '../../pki/certificate/certificate.ts';
import { loadCrl } from '../../pki/crl/loaded-crl.ts';
import { decodePem } from '../../pki/pem.ts';
import { createVerification } from './create-verification.ts';
import { purposeNames } from './purposes.ts';
import { type Evidence, type Purpose, trustOf, type VerifySettings } from './verification.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-verification-'));
let root: OpensslCa;
let issuing: OpensslCa;
/** A little later than the certificates made here. */
const now = Date.now() + 60_000;

before(async () => {
  root = await createOpensslCa(join(folder, 'root'), { name: 'Example Root' });
  issuing = await root.issueCa(join(folder, 'issuing'), { name: 'Example Issuing CA' });
});
after(() => rmSync(folder, { recursive: true, force: true }));

function read(pem: string): Certificate {
  const blocks = decodePem(pem);
  assert.ok(blocks.ok);
  const parsed = parseCertificate(blocks.value[0]!.der);
  assert.ok(parsed.ok);
  return parsed.value;
}

interface Asked {
  readonly names?: readonly string[];
  readonly settings?: VerifySettings;
  readonly evidence?: Evidence;
  readonly time?: number;
  readonly trusted?: readonly Certificate[];
}

function verify(chain: readonly (Certificate | Uint8Array)[], purpose: Purpose, asked: Asked = {}) {
  const { trusted = [read(root.certificate)], ...rest } = asked;
  const clock = { now: () => now, monotonic: () => performance.now() };
  return createVerification({ clock, trusted: async () => trusted }).verify({ chain, purpose, ...rest });
}

const leaves = new Map<string, Promise<Certificate>>();

/** A certificate of the issuing CA for sip.example.com with this extended key usage; `none` leaves it out. */
function leafFor(usage: string, names = 'DNS:sip.example.com', more: readonly string[] = []): Promise<Certificate> {
  const key = [usage, names, ...more].join('|');
  const made =
    leaves.get(key) ??
    issuing
      .issue(['sip.example.com'], {
        days: 300,
        extensions: [
          'basicConstraints = CA:FALSE',
          'keyUsage = critical, digitalSignature',
          ...(usage === 'none' ? [] : [`extendedKeyUsage = ${usage}`]),
          ...(names === '' ? [] : [`subjectAltName = ${names}`]),
          ...more,
        ],
      })
      .then(({ certificate }) => read(certificate));
  leaves.set(key, made);
  return made;
}

/** Which purposes a certificate of each extended key usage is good for. */
const goodFor: Readonly<Record<string, readonly Purpose[]>> = {
  serverAuth: [
    'sip',
    'sip-server',
    'https-server',
    'ldap',
    'syslog',
    'policy-server',
    'call-manager',
    'cluster-peer',
    'xmpp',
    'smtp',
    'any',
  ],
  clientAuth: ['sip', 'sip-client', 'https-client', 'cluster-peer', 'any'],
  'serverAuth, clientAuth': purposeNames,
  '1.3.6.1.5.5.7.3.20': ['sip', 'sip-server', 'sip-client', 'any'],
  codeSigning: ['any'],
  none: purposeNames,
};

for (const [usage, good] of Object.entries(goodFor)) {
  test(`a chain made by openssl with extended key usage ${usage} is good for ${good.length} purposes`, async () => {
    const chain = [await leafFor(usage), read(issuing.certificate)];
    const accepted: Purpose[] = [];
    for (const purpose of purposeNames) {
      const decision = await verify(chain, purpose, { names: ['sip.example.com'] });
      if (decision.accepted) accepted.push(purpose);
      else assert.equal(decision.code, 'path.extended-key-usage', purpose);
    }
    assert.deepEqual(accepted.toSorted(), [...good].toSorted());
  });
}

test('a peer that calls with a certificate for servers is accepted where a setting says so, with a warning', async () => {
  const chain = [await leafFor('serverAuth'), read(issuing.certificate)];
  const settings = { extendedKeyUsage: 'server-auth-accepted' } as const;
  const decision = await verify(chain, 'sip-client', { names: ['sip.example.com'], settings });
  assert.equal(decision.code, 'accepted');
  assert.deepEqual(
    decision.warnings.map(({ code }) => code),
    ['verification.server-auth-only'],
  );
  const strict = await verify(chain, 'sip-client');
  assert.match(strict.advice.join(), /private CA, or accept serverAuth/);
});

test('a key usage without digitalSignature refuses a server', async () => {
  const { certificate } = await issuing.issue(['a.example.com'], {
    extensions: ['keyUsage = critical, keyEncipherment', 'subjectAltName = DNS:a.example.com'],
  });
  assert.equal((await verify([read(certificate), read(issuing.certificate)], 'https-server')).code, 'path.key-usage');
});

for (const [purpose, names, expected, code] of [
  ['sip-server', 'URI:sip:example.com,DNS:host.example.com', 'example.com', 'accepted'],
  ['sip-server', 'URI:sip:example.com', 'sip:example.com', 'accepted'],
  ['sip-server', 'URI:sip:bob@example.com', 'example.com', 'path.name-mismatch'],
  ['sip-server', 'URI:https://example.com', 'example.com', 'path.name-mismatch'],
  ['sip-server', 'DNS:*.example.com', 'sip.example.com', 'path.name-mismatch'],
  ['https-server', 'DNS:*.example.com', 'www.example.com', 'accepted'],
  ['https-server', 'DNS:*.example.com', 'a.www.example.com', 'path.name-mismatch'],
  ['https-server', 'URI:sip:example.com', 'example.com', 'path.name-mismatch'],
  ['sip-server', 'IP:192.0.2.7', '192.0.2.7', 'accepted'],
  ['sip-server', 'DNS:192.0.2.7', '192.0.2.7', 'path.name-mismatch'],
  ['sip-server', '', 'sip.example.com', 'accepted'],
  ['https-server', '', 'sip.example.com', 'path.name-mismatch'],
  ['cluster-peer', 'DNS:*.example.com', 'peer.example.com', 'path.name-mismatch'],
] as const) {
  test(`as ${purpose}, ${names || 'a common name alone'} gives ${code} for ${expected}`, async () => {
    const chain = [await leafFor('none', names), read(issuing.certificate)];
    const decision = await verify(chain, purpose, { names: [expected] });
    assert.equal(decision.code, code, decision.words);
    const byCommonName = code === 'accepted' && names === '';
    assert.equal(
      decision.warnings.some((warning) => warning.code === 'verification.common-name'),
      byCommonName,
    );
  });
}

test('one of several expected names is enough, and the one that matched is told', async () => {
  const chain = [await leafFor('serverAuth'), read(issuing.certificate)];
  const decision = await verify(chain, 'sip-server', { names: ['other.example.com', 'SIP.example.com.'] });
  assert.equal(decision.names.matched, 'sip.example.com');
});

test('who dials an IP address is told the name to configure', async () => {
  const chain = [await leafFor('serverAuth'), read(issuing.certificate)];
  const { code, advice } = await verify(chain, 'sip-server', { names: ['192.0.2.7'] });
  assert.equal(code, 'path.name-mismatch');
  assert.match(advice.join(), /is an IP address \(192\.0\.2\.7\).*configure the peer address as sip\.example\.com/);
});

test('the rest of the chain may come in any order, with strangers in between', async () => {
  const stranger = makeCa('Stranger');
  const leaf = await leafFor('serverAuth');
  const chain = [leaf, stranger.certificate, read(root.certificate), read(issuing.certificate)];
  const { path } = await verify(chain, 'sip-server');
  assert.deepEqual(
    path.map(({ role, subject }) => [role, subject]),
    [
      ['leaf', 'CN=sip.example.com'],
      ['intermediate', 'CN=Example Issuing CA'],
      ['trusted', 'CN=Example Root'],
    ],
  );
});

test('a listed intermediate completes a chain but is no end without its root', async () => {
  const leaf = await leafFor('serverAuth');
  const listed = await verify([leaf], 'sip-server', {
    trusted: [read(root.certificate), read(issuing.certificate)],
  });
  assert.equal(listed.code, 'accepted');
  assert.ok(listed.warnings.some(({ code }) => code === 'verification.chain-incomplete'));
  const alone = await verify([leaf], 'sip-server', { trusted: [read(issuing.certificate)] });
  assert.equal(alone.code, 'verification.no-trust');
});

test('a pinned peer is trusted as exactly that certificate and issues nothing', async () => {
  const peer = makeLeaf('peer.example.com', undefined);
  const child = makeLeaf('child.example.com', peer);
  const trusted = [peer.certificate];
  assert.equal((await verify([peer.der], 'sip-server', { trusted })).code, 'accepted');
  assert.equal((await verify([child.der, peer.der], 'sip-server', { trusted })).accepted, false);
});

test('two self-signed CAs of one name are both tried', async () => {
  const [one, two] = [makeCa('Twin'), makeCa('Twin')];
  for (const ca of [one, two]) {
    const decision = await verify([makeLeaf('a.example.com', ca).der], 'sip-server', {
      trusted: [one.certificate, two.certificate],
    });
    assert.equal(decision.code, 'accepted');
  }
});

test('what comes before any path has codes of its own', async () => {
  const leaf = await leafFor('serverAuth');
  const code = async (...args: Parameters<typeof verify>) => (await verify(...args)).code;
  assert.equal(await code([], 'any'), 'verification.no-certificate');
  assert.equal(await code([Buffer.from('nonsense')], 'any'), 'verification.unreadable');
  assert.equal(await code([leaf], 'any', { names: ['a b'] }), 'verification.name-malformed');
  assert.equal(await code([leaf], 'any', { trusted: [] }), 'verification.no-trust');
  assert.equal(await code(Array(17).fill(leaf), 'any'), 'verification.too-many-certificates');
});

test('a further certificate that cannot be read is left out with a warning', async () => {
  const chain = [await leafFor('serverAuth'), Buffer.from('nonsense'), read(issuing.certificate)];
  const decision = await verify(chain, 'sip-server');
  assert.equal(decision.code, 'accepted');
  assert.ok(decision.warnings.some(({ code }) => code === 'verification.unreadable-extra'));
});

test('verification that is off still decides, and says that it is not enforced', async () => {
  const { accepted, enforced, warnings } = await verify([await leafFor('serverAuth')], 'sip-server', {
    settings: { enforce: false },
  });
  assert.deepEqual([accepted, enforced, warnings[0]?.code], [false, false, 'verification.not-enforced']);
});

test('everything else that is wrong with the certificate is told when asked for', async () => {
  const leaf = await leafFor('serverAuth');
  const { code, also } = await verify([leaf, read(issuing.certificate)], 'sip-client', {
    names: ['other.example.com'],
    time: leaf.notAfter + 86_400_000,
    settings: { thorough: true },
  });
  assert.equal(code, 'path.expired');
  assert.deepEqual(
    also.map((reason) => reason.code),
    ['path.extended-key-usage', 'path.name-mismatch'],
  );
});

test('a budget that is used up refuses with its own code', async () => {
  const chain = [await leafFor('serverAuth'), read(issuing.certificate)];
  const { code, cost } = await verify(chain, 'sip-server', { settings: { limits: { signatureChecks: 1 } } });
  assert.equal(code, 'budget.signatures');
  assert.equal(cost.limits.signatureChecks, 1);
});

test('the stopwatch ends a check that takes too long', async () => {
  let time = 0;
  const clock = { now: () => now, monotonic: () => (time += 300) };
  const twins = Array.from({ length: 20 }, () => makeCa('Twin').certificate);
  const verification = createVerification({ clock, trusted: async () => twins });
  const leaf = makeLeaf('a.example.com', makeCa('Twin'));
  const decision = await verification.verify({ chain: [leaf.der], purpose: 'sip-server', time: Date.UTC(2026, 1) });
  assert.equal(decision.code, 'budget.time');
});

test('required policies must hold for the path', async () => {
  const policy = '1.3.6.1.4.1.55555.1';
  const leaf = await leafFor('serverAuth', 'DNS:sip.example.com', [`certificatePolicies = ${policy}`]);
  const { code } = await verify([leaf, read(issuing.certificate)], 'sip-server', { settings: { policies: [policy] } });
  assert.equal(code, 'path.policy');
});

test('a revoked certificate is refused, and the CRL is named with its number and age', async () => {
  const { certificate } = await issuing.issue(['gone.example.com']);
  const other = await leafFor('serverAuth');
  await issuing.revoke(certificate, 'keyCompromise');
  const crl = crlOf(await issuing.crl(), 'issuing.crl');
  const settings = { revocation: 'leaf' } as const;
  const evidence = { crls: [{ crl, origin: 'given' }] } as const;
  const revoked = await verify([read(certificate), read(issuing.certificate)], 'sip-server', { settings, evidence });
  assert.equal(revoked.code, 'revocation.revoked');
  assert.match(revoked.words, /keyCompromise/);
  assert.equal(revoked.tried.length, 1);
  const [finding] = revoked.revocation.found;
  assert.equal(finding?.evidence[0]?.source, 'issuing.crl');
  assert.match(finding?.evidence[0]?.number ?? '', /^[0-9a-f]+$/);
  assert.ok((finding?.evidence[0]?.age ?? 1e9) < 3600);
  const good = await verify([other, read(issuing.certificate)], 'sip-server', { settings, evidence });
  assert.deepEqual([good.code, good.revocation.found[0]?.status], ['accepted', 'good']);
});

test('without data the purpose decides: SIP goes on with a warning, LDAP refuses, a setting wins', async () => {
  const chain = [await leafFor('serverAuth'), read(issuing.certificate)];
  const settings = { revocation: 'chain' } as const;
  const sip = await verify(chain, 'sip-server', { settings });
  assert.equal(sip.code, 'accepted');
  assert.ok(sip.warnings.some(({ code }) => code === 'verification.status-unknown'));
  assert.equal((await verify(chain, 'ldap', { settings })).code, 'revocation.unknown');
  const strict = await verify(chain, 'sip-server', { settings: { ...settings, whenUnknown: 'revoked' } });
  assert.equal(strict.code, 'revocation.unknown');
});

test('a purpose sees only the CRLs of its sources, and a usable automatic CRL hides the manual one of its CA', async () => {
  const { certificate } = await issuing.issue(['withdrawn.example.com']);
  const before = crlOf(await issuing.crl(), 'before');
  await issuing.revoke(certificate);
  const afterwards = crlOf(await issuing.crl(), 'afterwards');
  const chain = [read(certificate), read(issuing.certificate)];
  const settings = { revocation: 'leaf', whenUnknown: 'not-revoked' } as const;
  const code = async (purpose: Purpose, crls: Evidence['crls'] = []) =>
    (await verify(chain, purpose, { settings, evidence: { crls } })).code;
  const manual = { crl: afterwards, origin: 'manual' } as const;
  const automatic = { crl: before, origin: 'automatic' } as const;
  assert.equal(await code('sip-server', [manual, automatic]), 'revocation.revoked');
  assert.equal(await code('https-server', [manual]), 'revocation.revoked');
  assert.equal(await code('https-server', [manual, automatic]), 'accepted');
  assert.equal(await code('policy-server', [manual, automatic]), 'revocation.revoked');
  assert.equal(await code('ldap', [manual]), 'accepted');
  assert.equal(await code('ldap', [{ crl: afterwards, origin: 'embedded' }]), 'revocation.revoked');
  assert.equal(await code('sip-server', [{ crl: afterwards, origin: 'embedded' }]), 'accepted');
  assert.equal(await code('https-server', [{ crl: afterwards, origin: 'cdp' }]), 'accepted');
  assert.equal(await code('sip-server', [{ crl: afterwards, origin: 'cdp' }]), 'revocation.revoked');
});

test('a certificate near its end and an old CRL are warned of', async () => {
  const leaf = await leafFor('serverAuth');
  const crl = crlOf(await issuing.crl({ days: 30 }), 'monthly.crl');
  const { warnings } = await verify([leaf, read(issuing.certificate)], 'sip-server', {
    names: ['sip.example.com'],
    time: now + 28 * 86_400_000,
    settings: { revocation: 'leaf' },
    evidence: { crls: [{ crl, origin: 'given' }] },
  });
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['verification.crl-old'],
  );
  const late = await verify([leaf, read(issuing.certificate)], 'sip-server', {
    names: ['sip.example.com'],
    time: leaf.notAfter - 1000,
  });
  assert.deepEqual(
    late.warnings.map(({ code }) => code),
    ['verification.expires-soon'],
  );
});

test('a decision is JSON as it stands', async () => {
  const decision = await verify([await leafFor('serverAuth'), read(issuing.certificate)], 'sip-server', {
    settings: { revocation: 'chain', thorough: true },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(decision)), decision);
});

test('the trust is made once for each state of the list', async () => {
  let list = [makeCa('One').certificate];
  const clock = { now: () => now, monotonic: () => performance.now() };
  const verification = createVerification({ clock, trusted: async () => [...list] });
  const first = await verification.trust();
  assert.equal(await verification.trust(), first);
  list = [...list, makeCa('Two').certificate];
  assert.equal((await verification.trust()).store.size, 2);
});

test('a CA’s new key certified by its old one is no anchor', () => {
  const old = makeCa('Rollover');
  const rolled = makeCa('Rollover', { issuer: old });
  const trust = trustOf([rolled.certificate]);
  assert.deepEqual([trust.store.size, trust.intermediates.length], [0, 1]);
});

function crlOf(pem: string, source: string) {
  const blocks = decodePem(pem);
  assert.ok(blocks.ok);
  const loaded = loadCrl(blocks.value[0]!.der, source);
  assert.ok(loaded.ok);
  return loaded.value;
}
