/** What a CA may send instead of the certificate that was ordered: each kind is refused by its name, and the right one is taken. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { acceptIssued, type IssuedRefusalKind } from '../../src/features/acme/client/accept-issued.ts';
import { publicKeyInfoOf } from '../../src/pki/certificate/build.ts';
import { encodePem } from '../../src/pki/pem.ts';
import { type MadeCertificate, type MadeOptions, makeCa, makeLeaf } from '../support/made-certificates.ts';
import { type ScriptedAcme, startScriptedAcme } from './scripted-acme.ts';
import { clientOf, orderWww, problemOf } from './scripted-client.ts';

let acme: ScriptedAcme;
before(async () => {
  acme = await startScriptedAcme();
});
after(() => acme.close());

const hour = 3_600_000;
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const root = makeCa('Root');
const intermediate = makeCa('Intermediate', { issuer: root });
const stranger = makeCa('Stranger');
const sibling = makeCa('Sibling', { issuer: root });
const old = makeCa('Old intermediate', { issuer: root, notAfter: Date.now() - hour });

function leaf(options: MadeOptions = {}, issuer: MadeCertificate = intermediate): MadeCertificate {
  const dates = { notBefore: Date.now() - hour, notAfter: Date.now() + 90 * 24 * hour };
  return makeLeaf('www.example.com', issuer, { key, ...dates, ...options });
}

const good = leaf();
const now = Date.now();

const garbage: readonly (readonly [what: string, body: string | Uint8Array, kind: IssuedRefusalKind])[] = [
  ['nothing', '', 'empty'],
  ['blanks', ' \n\n', 'empty'],
  ['HTML', '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>', 'not-pem'],
  ['JSON', '{"status":"valid"}', 'not-pem'],
  ['DER', good.der, 'not-pem'],
  ['PEM that breaks off', good.pem.slice(0, -40), 'not-pem'],
  ['bad base64', good.pem.replace('MII', '!!!'), 'not-pem'],
  ['a private key with it', `${good.pem}${key.export({ type: 'pkcs8', format: 'pem' })}`, 'private-key'],
  ['a request instead', encodePem('CERTIFICATE REQUEST', good.der), 'not-a-certificate'],
  ['a CRL behind it', `${good.pem}${encodePem('X509 CRL', good.der)}`, 'not-a-certificate'],
  ['a certificate of noise', encodePem('CERTIFICATE', new Uint8Array(300).fill(0x30)), 'unreadable'],
  ['the chain twice', good.pem + intermediate.pem + intermediate.pem, 'duplicate'],
  ['eleven certificates', good.pem + intermediate.pem.repeat(10), 'too-many-certificates'],
  ['five hundred certificates', intermediate.pem.repeat(70), 'too-many-certificates'],
  ['another key', leaf({ key: intermediate.key }).pem + intermediate.pem, 'other-key'],
  ['the CA first', intermediate.pem + good.pem, 'other-key'],
  [
    'other names',
    leaf({ extensions: { subjectAltName: [{ kind: 'dns', value: 'www.example.org' }] } }).pem,
    'names-missing',
  ],
  [
    'a wildcard instead of the name',
    leaf({ extensions: { subjectAltName: [{ kind: 'dns', value: '*.example.com' }] } }).pem,
    'names-missing',
  ],
  ['no names at all', leaf({ extensions: { subjectAltName: undefined } }).pem, 'names-missing'],
  ['a CA certificate', leaf({ extensions: { basicConstraints: { ca: true } } }).pem, 'leaf-is-ca'],
  [
    'a self-signed one',
    makeLeaf('www.example.com', undefined, { key, notBefore: now - hour, notAfter: now + 48 * hour }).pem,
    'self-signed',
  ],
  ['one that begins tomorrow', leaf({ notBefore: now + 24 * hour }).pem + intermediate.pem, 'not-yet-valid'],
  [
    'one that is over',
    leaf({ notBefore: now - 48 * hour, notAfter: now - 24 * hour }).pem + intermediate.pem,
    'expired',
  ],
  ['one for half an hour', leaf({ notAfter: now + hour / 2 }).pem + intermediate.pem, 'life-too-short'],
  ['issuers in the wrong order', good.pem + root.pem + intermediate.pem, 'wrong-order'],
  ['the issuer of somebody else', good.pem + sibling.pem, 'wrong-order'],
  ['a leaf as the issuer', good.pem + leaf({ key: sibling.key }).pem, 'issuer-not-ca'],
  ['an intermediate that is over', leaf({}, old).pem + old.pem, 'chain-expired'],
  ['a root that nobody knows', leaf({}, stranger).pem + stranger.pem, 'unknown-root'],
  ['no intermediate', good.pem, 'unknown-root'],
  [
    'the name of the CA without its signature',
    leaf({}, { ...intermediate, key: stranger.key }).pem + intermediate.pem,
    'wrong-order',
  ],
  [
    'one for signing code only',
    leaf({ extensions: { extendedKeyUsage: ['codeSigning'] } }).pem + intermediate.pem,
    'path',
  ],
  [
    'an unknown critical extension',
    leaf({ extensions: { other: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }] } }).pem +
      intermediate.pem,
    'path',
  ],
];

function judge(pem: Uint8Array, known: readonly Uint8Array[] = []) {
  return acceptIssued({
    pem,
    publicKeyInfo: publicKeyInfoOf(key),
    identifiers: [{ type: 'dns', value: 'www.example.com' }],
    now: Date.now(),
    roots: [root.certificate],
    known,
  });
}

test('the right chain is taken, with and without its root, and the same once more is not', () => {
  for (const more of ['', root.pem]) {
    const judged = judge(Buffer.from(good.pem + intermediate.pem + more));
    assert.ok(judged.ok, judged.ok ? '' : judged.error.message);
    assert.deepEqual(
      judged.value.chain.map(({ der }) => der),
      [good.der, intermediate.der],
    );
    assert.deepEqual(judged.value.root?.der, root.der);
  }
  const again = judge(Buffer.from(good.pem + intermediate.pem), [good.der]);
  assert.ok(!again.ok && again.error.kind === 'already-used');
});

for (const [what, body, kind] of garbage) {
  test(`instead of the certificate ${what}: refused as ${kind}, also when it comes from a server`, async () => {
    acme.reset();
    acme.scripts.set('certificate', () => ({ headers: { 'content-type': 'application/pem-certificate-chain' }, body }));
    const made = clientOf(acme);
    const judged = judge(await orderWww(made, key));
    made.close();
    assert.ok(!judged.ok, 'it was taken');
    assert.equal(judged.error.kind, kind, judged.error.message);
    assert.match(judged.error.message, /^[A-Z].*\.$/);
  });
}

test('a hundred megabytes are not even read', async () => {
  acme.reset();
  const block = Buffer.alloc(1 << 20, 0x41);
  let sent = 0;
  acme.scripts.set('certificate', (_, response) => {
    const write = (): void => {
      while (sent < 100 && !response.destroyed) {
        sent++;
        if (!response.write(block)) return;
      }
      response.end();
    };
    response.on('drain', write);
    write();
    return 'written';
  });
  const made = clientOf(acme);
  assert.equal((await problemOf(orderWww(made, key))).code, 'acme.too-large');
  made.close();
  assert.ok(sent < 100, `${sent} MiB were sent`);
});

test('there are at least fifteen kinds of refusal, and each is met here', () => {
  const met = new Set(garbage.map(([, , kind]) => kind));
  assert.ok(met.size >= 15, [...met].join(' '));
});
