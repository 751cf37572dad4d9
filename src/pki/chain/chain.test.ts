import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processorTime } from '../../../test/support/processor-time.ts';
import { buildCertificate } from '../certificate/build.ts';
import { keyIdentifier } from '../certificate/build-extensions.ts';
import { type Certificate, parseCertificate } from '../certificate/certificate.ts';
import { type GeneratedKey, generateKey } from '../key/generate.ts';
import { completeChain } from './complete-chain.ts';
import { explainChain } from './explain-chain.ts';
import { orderChain } from './order-chain.ts';

const start = Date.UTC(2026, 0, 1);
const end = Date.UTC(2030, 0, 1);
let serial = 0;

interface Made {
  readonly key: GeneratedKey;
  readonly name: string;
  readonly certificate: Certificate;
}

/** A certificate signed by `issuer`, or by itself; `key` makes a second one for the same name and key. */
async function make(
  name: string,
  issuer?: Made,
  options: { ca?: boolean; key?: GeneratedKey; authorityKey?: Uint8Array; notAfter?: number } = {},
): Promise<Made> {
  const key = options.key ?? (await generateKey('ec-p256'));
  const signer = issuer?.key ?? key;
  const der = buildCertificate({
    subject: [{ type: 'CN', value: name }],
    issuer: [{ type: 'CN', value: issuer?.name ?? name }],
    publicKeyInfo: key.publicKeyInfo,
    serial: Uint8Array.of(1, serial++),
    notBefore: start,
    notAfter: options.notAfter ?? end,
    extensions: {
      basicConstraints: { ca: options.ca ?? true },
      ...(options.ca === false ? {} : { keyUsage: ['keyCertSign', 'cRLSign'] as const }),
      subjectKeyIdentifier: keyIdentifier(key.publicKeyInfo),
      authorityKeyIdentifier: options.authorityKey ?? keyIdentifier(signer.publicKeyInfo),
    },
    signingKey: signer.privateKey,
    digest: 'sha256',
  });
  const parsed = parseCertificate(der);
  assert.ok(parsed.ok);
  return { key, name, certificate: parsed.value };
}

const root = await make('Root');
const upper = await make('Upper', root);
const lower = await make('Lower', upper);
const leaf = await make('leaf.example.com', lower, { ca: false });
const stranger = await make('Stranger');

const namesOf = (list: readonly Certificate[]): string[] =>
  list.map((certificate) => certificate.subject.rdns[0]?.[0]?.value ?? '');

test('a bag in any order becomes a chain, leaf first', () => {
  const bag = [root, stranger, upper, leaf, lower].map((made) => made.certificate);
  const { chain, unused } = orderChain(undefined, bag);
  assert.deepEqual(namesOf(chain), ['leaf.example.com', 'Lower', 'Upper', 'Root']);
  assert.deepEqual(namesOf(unused), ['Stranger']);
});

test('a leaf that is named stays first, even when the bag lacks it', () => {
  const { chain } = orderChain(leaf.certificate, [upper.certificate, lower.certificate]);
  assert.deepEqual(namesOf(chain), ['leaf.example.com', 'Lower', 'Upper']);
});

test('an empty bag gives an empty chain', () => {
  assert.deepEqual(orderChain(undefined, []), { chain: [], unused: [] });
});

test('a certificate given twice is used once', () => {
  const again = parseCertificate(lower.certificate.der);
  assert.ok(again.ok);
  const { chain, unused } = orderChain(leaf.certificate, [lower.certificate, again.value]);
  assert.equal(chain.length, 2);
  assert.equal(unused.length, 1);
});

test('a certificate with the right name and another key is no issuer', async () => {
  const impostor = await make('Lower', root);
  const { chain } = orderChain(leaf.certificate, [impostor.certificate]);
  assert.equal(chain.length, 1);
  // Without a key identifier to tell them apart, the signature does.
  const nameless = await make('leaf2.example.com', lower, {
    ca: false,
    authorityKey: keyIdentifier(impostor.key.publicKeyInfo),
  });
  assert.equal(orderChain(nameless.certificate, [impostor.certificate]).chain.length, 1);
});

test('a chain is completed from the trusted list and ends at its anchor', () => {
  const done = completeChain(leaf.certificate, [lower.certificate], [root.certificate, upper.certificate]);
  assert.equal(done.complete, true);
  assert.deepEqual(namesOf(done.chain), ['leaf.example.com', 'Lower', 'Upper']);
  assert.deepEqual(namesOf(done.anchor === undefined ? [] : [done.anchor]), ['Root']);
});

test('a trusted intermediate without its root is no anchor, and the missing issuer is named', () => {
  const open = completeChain(leaf.certificate, [lower.certificate], [upper.certificate]);
  assert.equal(open.complete, false);
  assert.equal(open.missingIssuer?.name, 'CN=Root');
  assert.match(open.missingIssuer?.keyId ?? '', /^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
});

test('of two issuers with one name the one with the right key is found', async () => {
  const twin = await make('Lower', root);
  const done = completeChain(
    leaf.certificate,
    [twin.certificate, lower.certificate],
    [upper.certificate, root.certificate],
  );
  assert.equal(done.complete, true);
});

test('cross-signed certificates that name each other end the search', async () => {
  const a = await make('A');
  const b = await make('B');
  const aByB = await make('A', b, { key: a.key });
  const bByA = await make('B', a, { key: b.key });
  const end = await make('end.example.com', a, { ca: false });
  const bag = [aByB.certificate, bByA.certificate];
  assert.equal(completeChain(end.certificate, bag, []).complete, false);
  assert.equal(completeChain(end.certificate, bag, [b.certificate]).complete, true);
  assert.ok(orderChain(end.certificate, bag).chain.length >= 2);
});

test('two hundred cross-signed certificates of one name cost a bounded number of checks', async () => {
  const keys = await Promise.all(Array.from({ length: 15 }, () => generateKey('ec-p256')));
  const all: Made[] = [];
  for (const signer of keys) {
    for (const key of keys) {
      all.push(await make('Same', { key: signer, name: 'Same', certificate: root.certificate }, { key }));
    }
  }
  const end = await make('end.example.com', all[0], { ca: false });
  const bag = all.map((made) => made.certificate);
  const { ms } = processorTime(() => {
    completeChain(end.certificate, bag, [root.certificate]);
    orderChain(end.certificate, bag);
  });
  assert.ok(ms < 10_000, `${ms} ms`);
});

test('a complete chain is explained link by link', () => {
  const done = completeChain(leaf.certificate, [lower.certificate, upper.certificate], [root.certificate]);
  const { links, remarks, summary } = explainChain(done, start);
  assert.deepEqual(
    links.map((link) => link.role),
    ['leaf', 'intermediate', 'intermediate', 'root'],
  );
  assert.equal(summary, '"leaf.example.com" leads over 2 intermediates to the trusted "Root".');
  assert.deepEqual(remarks, []);
});

test('what is wrong with a chain is said in words', async () => {
  const old = await make('old.example.com', lower, { ca: false, notAfter: start + 1000 });
  const open = completeChain(old.certificate, [], []);
  const { remarks, summary } = explainChain(open, start + 5000, [stranger.certificate]);
  assert.match(summary, /does not lead to a trusted certificate: the issuer CN=Lower is missing/);
  assert.match(remarks[0] ?? '', /issuer of "old.example.com" is missing: CN=Lower with the key identifier/);
  assert.match(remarks[1] ?? '', /expired on 2026-01-01/);
  assert.match(remarks[2] ?? '', /"Stranger" does not belong to this chain/);
  const untrusted = completeChain(leaf.certificate, [lower.certificate, upper.certificate, root.certificate], []);
  assert.match(explainChain(untrusted, start).summary, /leads to "Root", which is not in the trusted list/);
});

test('a leaf that issued another certificate is called out', async () => {
  const under = await make('under.example.com', leaf, { ca: false });
  const { remarks } = explainChain(completeChain(under.certificate, [leaf.certificate], []), start);
  assert.ok(
    remarks.some((remark) => /"leaf.example.com" issued another certificate but is not marked as a CA/.test(remark)),
  );
});

test('five thousand certificates are ordered without a hang, whether their names are one or many', async () => {
  const key = await generateKey('ed25519');
  const made = (name: string, issuer: string, i: number): Certificate => {
    const der = buildCertificate({
      subject: [{ type: 'CN', value: name }],
      issuer: [{ type: 'CN', value: issuer }],
      publicKeyInfo: key.publicKeyInfo,
      serial: Uint8Array.of(1, i >> 8, i & 0xff),
      notBefore: start,
      notAfter: end,
      extensions: { basicConstraints: { ca: true } },
      signingKey: key.privateKey,
      digest: 'sha256',
    });
    const parsed = parseCertificate(der);
    assert.ok(parsed.ok);
    return parsed.value;
  };
  const numbers = Array.from({ length: 5000 }, (_, i) => i);
  for (const bag of [numbers.map((i) => made(`n${i}`, `n${i + 1}`, i)), numbers.map((i) => made('same', 'same', i))]) {
    const { ms } = processorTime(() => {
      assert.ok(orderChain(undefined, bag).chain.length >= 1);
      completeChain(bag[0]!, bag, []);
    });
    assert.ok(ms < 10_000, `${ms} ms`);
  }
});
