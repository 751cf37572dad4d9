import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MadeCertificate, makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import {
  crlIssuer,
  crlTime,
  distributionPoints,
  extension,
  flag,
  makeCrl,
  makeCrlDer,
  reasons,
  uriPoint,
} from '../../../test/support/made-crls.ts';
import { element, explicit, integer, octetString, oid, sequence, setOf, utf8String } from '../der/writer.ts';
import { equalNames } from '../name/distinguished-name.ts';
import type { CrlRules } from './crl-acceptance.ts';
import { crlStatus } from './crl-status.ts';
import { CrlCollection, type LoadedCrl, loadCrl } from './loaded-crl.ts';
import type { RevocationStatus } from './revocation-status.ts';

const ca = makeCa('CA');
const other = makeCa('CRL issuer', { issuer: ca });
const day = 86_400_000;
const current: CrlRules = { algorithms: 'current', conformingIssuer: false };

function leafWith(...points: (readonly Uint8Array[])[]): MadeCertificate {
  const other = points.length === 0 ? [] : [{ oid: '2.5.29.31', value: distributionPoints(...points) }];
  return makeLeaf('host.example.com', ca, { extensions: { other } });
}

interface Ask {
  readonly crls: readonly LoadedCrl[];
  readonly rules?: Partial<CrlRules>;
  readonly time?: number;
  readonly signers?: readonly MadeCertificate[];
  readonly trusted?: boolean;
}

function ask({ certificate }: MadeCertificate, { crls, rules, time = crlTime, signers = [], trusted = true }: Ask) {
  return crlStatus({
    certificate,
    issuer: ca.certificate,
    crls: new CrlCollection(crls),
    time,
    rules: { ...current, ...rules },
    signers: {
      named: (name) => signers.map((s) => s.certificate).filter(({ subject }) => equalNames(subject, name)),
      isTrusted: () => trusted,
    },
  });
}

/** `good`, `revoked REASON` or the code of an unknown status. */
function words(status: RevocationStatus): string {
  if (status.status === 'revoked') return `revoked ${status.reason}`;
  return status.status === 'good' ? 'good' : status.why;
}

const plain = leafWith();
const listed = { serial: plain.certificate.serial, reason: 1 };

test('a certificate is good, revoked with reason and date, or unknown without a CRL', () => {
  assert.equal(words(ask(plain, { crls: [makeCrl(ca)] })), 'good');
  assert.deepEqual(ask(plain, { crls: [makeCrl(ca, { number: 7, entries: [listed], source: 'file a.crl' })] }), {
    status: 'revoked',
    reason: 'keyCompromise',
    revokedAt: crlTime - 2 * day,
    evidence: [
      {
        kind: 'crl',
        source: 'file a.crl',
        issuer: 'CN=CA',
        number: '07',
        thisUpdate: crlTime - day,
        nextUpdate: crlTime + day,
        age: day,
      },
    ],
  });
  assert.equal(words(ask(plain, { crls: [] })), 'revocation.no-evidence');
  assert.equal(words(ask(plain, { crls: [makeCrl(other)] })), 'revocation.no-evidence');
  assert.equal(
    words(ask(plain, { crls: [makeCrl(ca, { entries: [{ serial: listed.serial }] })] })),
    'revoked unspecified',
  );
});

test('of several CRLs of one scope the newest counts', () => {
  const old = makeCrl(ca, { number: 1, thisUpdate: crlTime - 3 * day, entries: [{ ...listed, reason: 6 }] });
  assert.equal(words(ask(plain, { crls: [old, makeCrl(ca, { number: 2 })] })), 'good');
  assert.equal(words(ask(plain, { crls: [old] })), 'revoked certificateHold');
});

test('a CRL that lists the certificate counts until a later one of its scope, by the same key, lists it no more', () => {
  const day3 = { thisUpdate: crlTime - 3 * day };
  const held = makeCrl(ca, { number: 5, ...day3, entries: [{ ...listed, reason: 6 }] });
  const table: [string, LoadedCrl, string][] = [
    ['later', makeCrl(ca, { number: 6 }), 'good'],
    // an issuer counts its CRLs, its clock may be set back
    ['a higher number of an earlier date', makeCrl(ca, { number: 6, thisUpdate: crlTime - 4 * day }), 'good'],
    ['a lower number of a later date', makeCrl(ca, { number: 4 }), 'revoked certificateHold'],
    ['the same number', makeCrl(ca, { number: 5 }), 'revoked certificateHold'],
    ['no number', makeCrl(ca, { number: undefined }), 'revoked certificateHold'],
    ['another scope', makeCrl(ca, { number: 6, scope: [flag(1)] }), 'revoked certificateHold'],
    ['out of date', makeCrl(ca, { number: 6, nextUpdate: crlTime - 1000 }), 'revoked certificateHold'],
    ['yet to come', makeCrl(ca, { number: 6, thisUpdate: crlTime + day }), 'revoked certificateHold'],
    ['not signed by the issuer', makeCrl(ca, { number: 6, key: other.key }), 'revoked certificateHold'],
    ['a delta CRL that is silent', makeCrl(ca, { number: 6, base: 5 }), 'revoked certificateHold'],
  ];
  for (const [what, second, wanted] of table) {
    assert.equal(words(ask(plain, { crls: [held, second] })), wanted, what);
    assert.equal(words(ask(plain, { crls: [second, held] })), wanted, what);
  }
  const plainOld = makeCrl(ca, { number: undefined, ...day3, entries: [listed] });
  assert.equal(words(ask(plain, { crls: [plainOld, makeCrl(ca, { number: undefined })] })), 'good');
  // the one that lists it is out of date itself
  const gone = makeCrl(ca, { number: 5, ...day3, nextUpdate: crlTime - day, entries: [listed] });
  assert.equal(words(ask(plain, { crls: [gone, makeCrl(ca, { number: 4 })] })), 'good');
});

test('a CRL of another scope that lists the certificate counts, however new the others are', () => {
  const users = makeCrl(ca, { number: 9, scope: [flag(1)] });
  const all = makeCrl(ca, { number: 2, thisUpdate: crlTime - 3 * day, entries: [listed] });
  assert.equal(words(ask(plain, { crls: [users, all] })), 'revoked keyCompromise');
  const second = makeCa('CA', { issuer: ca });
  const byOther = makeCrl(ca, { key: second.key, entries: [listed] });
  assert.equal(
    words(ask(plain, { crls: [makeCrl(ca, { number: 9 }), byOther], signers: [second] })),
    'revoked keyCompromise',
  );
  assert.equal(words(ask(plain, { crls: [makeCrl(ca, { number: 9 }), byOther] })), 'good');
});

test('every distribution point is held against the CRL', () => {
  const two = leafWith([uriPoint('http://a/1.crl')], [uriPoint('http://a/2.crl')]);
  const scoped = (uri: string) => makeCrl(ca, { scope: [uriPoint(uri)] });
  assert.equal(words(ask(two, { crls: [scoped('http://a/2.crl')] })), 'good');
  assert.equal(words(ask(two, { crls: [scoped('http://a/3.crl')] })), 'crl.scope');
  assert.equal(words(ask(plain, { crls: [scoped('http://a/2.crl')] })), 'crl.scope');
  const byName = explicit(0, element(0xa0, explicit(4, ca.certificate.subject.der)));
  assert.equal(words(ask(plain, { crls: [makeCrl(ca, { scope: [byName] })] })), 'good');
  const relative = explicit(0, element(0xa1, sequence(oid('2.5.4.3'), utf8String('part 1'))));
  const full = sequence(
    setOf(sequence(oid('2.5.4.3'), utf8String('CA'))),
    setOf(sequence(oid('2.5.4.3'), utf8String('part 1'))),
  );
  const named = leafWith([explicit(0, element(0xa0, explicit(4, full)))]);
  assert.equal(words(ask(named, { crls: [makeCrl(ca, { scope: [relative] })] })), 'good');
  assert.equal(words(ask(leafWith([relative]), { crls: [makeCrl(ca, { scope: [relative] })] })), 'good');
});

test('a CRL for users, CAs or attribute certificates speaks about nothing else', () => {
  const below = makeCa('CA below', { issuer: ca });
  const table = [
    [plain, 1, 'good'],
    [plain, 2, 'crl.scope'],
    [plain, 5, 'crl.scope'],
    [below, 1, 'crl.scope'],
    [below, 2, 'good'],
    [below, 5, 'crl.scope'],
  ] as const;
  for (const [subject, bit, wanted] of table)
    assert.equal(words(ask(subject, { crls: [makeCrl(ca, { scope: [flag(bit)] })] })), wanted, `${bit}`);
});

test('CRLs for some reasons add up to a status, and only together', () => {
  const some = makeCrl(ca, { scope: [reasons(3, 1, 2)], thisUpdate: crlTime - 2 * day });
  const rest = makeCrl(ca, { scope: [reasons(3, 3, 4, 5, 6, 7, 8)] });
  assert.equal(words(ask(plain, { crls: [some] })), 'crl.reasons');
  assert.equal(words(ask(plain, { crls: [some, rest] })), 'good');
  const revoking = makeCrl(ca, { scope: [reasons(3, 1, 2)], thisUpdate: crlTime - 2 * day, entries: [listed] });
  assert.equal(words(ask(plain, { crls: [revoking] })), 'revoked keyCompromise');
  const narrow = leafWith([uriPoint('http://a/1.crl'), reasons(1, 1)]);
  assert.equal(words(ask(narrow, { crls: [makeCrl(ca, { scope: [uriPoint('http://a/1.crl')] })] })), 'crl.reasons');
});

test('a delta CRL adds to the complete CRL it builds on, and removes', () => {
  const base = makeCrl(ca, { number: 5 });
  const delta = (options: Parameters<typeof makeCrl>[1]) => makeCrl(ca, { number: 6, base: 5, ...options });
  assert.equal(words(ask(plain, { crls: [delta({})] })), 'crl.no-base');
  const two = ask(plain, { crls: [base, delta({ entries: [listed] })] });
  assert.equal(words(two), 'revoked keyCompromise');
  assert.deepEqual(
    two.evidence.map(({ kind }) => kind),
    ['crl', 'delta-crl'],
  );
  const held = makeCrl(ca, { number: 5, entries: [{ ...listed, reason: 6 }] });
  assert.equal(words(ask(plain, { crls: [held, delta({ entries: [{ ...listed, reason: 8 }] })] })), 'good');
  // builds on a later one, is not later, has another scope, is out of date, is signed by another key
  const useless = [
    delta({ base: 6, number: 7 }),
    delta({ number: 5 }),
    delta({ scope: [flag(1)] }),
    delta({ nextUpdate: crlTime - 1000 }),
    delta({ key: other.key }),
  ];
  for (const one of useless) assert.equal(words(ask(plain, { crls: [held, one] })), 'revoked certificateHold');
  const stale = makeCrl(ca, { number: 5, nextUpdate: crlTime - 1000 });
  assert.equal(words(ask(plain, { crls: [stale] })), 'crl.expired');
  assert.equal(words(ask(plain, { crls: [stale, delta({})] })), 'good');
});

test('a delta CRL with some reasons covers no more than they do', () => {
  const scope = [reasons(3, 1)];
  const crls = [makeCrl(ca, { number: 5, scope }), makeCrl(ca, { number: 6, base: 5, scope })];
  assert.equal(words(ask(plain, { crls })), 'crl.reasons');
});

test('an indirect CRL speaks about the certificates of the issuers it names', () => {
  const point = [uriPoint('http://b/all.crl'), crlIssuer(other.certificate.subject.der)];
  const leaf = leafWith(point);
  const { serial } = leaf.certificate;
  const indirect = (options: Parameters<typeof makeCrl>[1]) =>
    makeCrl(other, { scope: [uriPoint('http://b/all.crl'), flag(4)], ...options });
  const signers = [other];
  assert.equal(words(ask(leaf, { crls: [indirect({})], signers })), 'good');
  const named = { serial, reason: 4, issuer: ca.certificate.subject.der };
  assert.equal(words(ask(leaf, { crls: [indirect({ entries: [named] })], signers })), 'revoked superseded');
  // the same number under the CRL issuer's own name, or under a third name, is another certificate
  assert.equal(words(ask(leaf, { crls: [indirect({ entries: [{ serial }] })], signers })), 'good');
  const foreign = { serial, issuer: makeCa('third').certificate.subject.der };
  assert.equal(words(ask(leaf, { crls: [indirect({ entries: [foreign] })], signers })), 'good');
  assert.equal(words(ask(leaf, { crls: [indirect({ entries: [foreign, named] })], signers })), 'revoked superseded');
  // not marked as indirect; nobody of that name known; one who leads elsewhere
  const direct = makeCrl(other, { scope: [uriPoint('http://b/all.crl')] });
  assert.equal(words(ask(leaf, { crls: [direct], signers })), 'crl.scope');
  assert.equal(words(ask(leaf, { crls: [indirect({})] })), 'crl.signer-unknown');
  assert.equal(words(ask(leaf, { crls: [indirect({})], signers, trusted: false })), 'crl.signer-untrusted');
  // a certificate that leaves revocation to another is not covered by its issuer's own CRL
  assert.equal(words(ask(leaf, { crls: [makeCrl(ca)], signers })), 'revocation.no-evidence');
});

test('a direct CRL that names other issuers is refused', () => {
  const crl = makeCrl(ca, { entries: [{ ...listed, issuer: other.certificate.subject.der }] });
  assert.equal(words(ask(plain, { crls: [crl] })), 'crl.malformed');
});

test('the signature is by the issuer’s key, or by another of its name that may sign CRLs', () => {
  const second = makeCa('CA', { issuer: ca });
  const mute = makeCa('CA', { issuer: ca, extensions: { keyUsage: ['keyCertSign'] } });
  const byOther = (signer: MadeCertificate) => makeCrl(ca, { key: signer.key });
  assert.equal(words(ask(plain, { crls: [byOther(other)], signers: [other] })), 'crl.signature');
  assert.equal(words(ask(plain, { crls: [byOther(second)] })), 'crl.signature');
  assert.equal(words(ask(plain, { crls: [byOther(second)], signers: [second] })), 'good');
  assert.equal(
    words(ask(plain, { crls: [byOther(second)], signers: [second], trusted: false })),
    'crl.signer-untrusted',
  );
  assert.equal(words(ask(plain, { crls: [byOther(mute)], signers: [mute] })), 'crl.signature');
  const status = crlStatus({
    certificate: makeLeaf('x', mute).certificate,
    issuer: mute.certificate,
    crls: new CrlCollection([makeCrl(mute)]),
    time: crlTime,
    rules: current,
  });
  assert.equal(words(status), 'crl.signer-key-usage');
});

test('of CRLs that a CA signed with two keys the one by the key that signed the certificate decides', () => {
  const old = makeCa('CA');
  const revoked = makeCrl(ca, { entries: [{ serial: plain.certificate.serial }] });
  const byOldKey = makeCrl(old, { thisUpdate: crlTime - day / 2 });
  for (const crls of [
    [byOldKey, revoked],
    [revoked, byOldKey],
  ]) {
    assert.equal(words(ask(plain, { crls, signers: [old] })), 'revoked unspecified');
  }
  assert.equal(words(ask(plain, { crls: [byOldKey], signers: [old] })), 'good');
});

test('no octet of the signed part can be changed', () => {
  const der = makeCrlDer(ca, { entries: [{ serial: Uint8Array.of(1) }] });
  for (let at = 4; at < der.length - 80; at += 3) {
    const bent = Uint8Array.from(der);
    bent[at]! ^= 1;
    const loaded = loadCrl(bent, 'bent');
    if (loaded.ok) assert.notEqual(words(ask(plain, { crls: [loaded.value] })), 'good', `octet ${at}`);
  }
});

test('freshness: five minutes of another clock are forgiven, a missing next update is not', () => {
  const at = (thisUpdate: number, nextUpdate: number | null, rules: Partial<CrlRules> = {}) =>
    words(ask(plain, { crls: [makeCrl(ca, { thisUpdate, nextUpdate })], rules }));
  assert.equal(at(crlTime + 5 * 60_000, crlTime + day), 'good');
  assert.equal(at(crlTime + 5 * 60_000 + 1000, crlTime + day), 'crl.not-yet-valid');
  assert.equal(at(crlTime - day, crlTime), 'good');
  assert.equal(at(crlTime - day, crlTime - 1000), 'crl.expired');
  assert.equal(at(crlTime - day, null), 'crl.no-next-update');
  assert.equal(at(crlTime - day, null, { maxAge: day }), 'good');
  assert.equal(at(crlTime - 2 * day, null, { maxAge: day }), 'crl.expired');
  assert.equal(at(crlTime - 2 * day, crlTime + day, { maxAge: day }), 'crl.expired');
});

test('unknown critical extensions of the CRL or of any entry make it say nothing', () => {
  const critical = extension('1.2.3.4', octetString(), true);
  assert.equal(words(ask(plain, { crls: [makeCrl(ca, { extensions: [critical] })] })), 'crl.critical-extension');
  assert.equal(
    words(ask(plain, { crls: [makeCrl(ca, { extensions: [extension('1.2.3.4', octetString())] })] })),
    'good',
  );
  const entry = { serial: Uint8Array.of(1), critical: '1.2.3.4' };
  assert.equal(words(ask(plain, { crls: [makeCrl(ca, { entries: [entry] })] })), 'crl.critical-extension');
});

test('a conforming issuer numbers its CRLs, in an extension that is not critical', () => {
  const rules = { conformingIssuer: true };
  assert.equal(words(ask(plain, { crls: [makeCrl(ca)], rules })), 'good');
  assert.equal(words(ask(plain, { crls: [makeCrl(ca, { number: undefined })], rules })), 'crl.number');
  const critical = extension('2.5.29.20', integer(1), true);
  const crls = [makeCrl(ca, { number: undefined, extensions: [critical] })];
  assert.equal(words(ask(plain, { crls, rules })), 'crl.number');
  assert.equal(words(ask(plain, { crls })), 'good');
});

test('a malformed entry anywhere makes the CRL say nothing, and nothing throws', () => {
  const entry = Buffer.from('3015020101170d3235303131393030303030305a0500', 'hex');
  entry[1] = entry.length - 2;
  const list = Buffer.concat([entry, Buffer.from('3012020102170d3235303131393939303030305a', 'hex')]);
  assert.equal(words(ask(plain, { crls: [makeCrl(ca, { list })] })), 'crl.malformed');
});
