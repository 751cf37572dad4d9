import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { element, explicit, integer, octetString, oid, sequence } from '../../pki/der/writer.ts';
import { buildOcspRequest } from '../../pki/ocsp/build-ocsp-request.ts';
import { encodeCertId } from '../../pki/ocsp/cert-id.ts';
import { parseOcspResponse } from '../../pki/ocsp/ocsp.ts';
import { recordLength, writeHead, writeRecord } from '../../storage/publication/status-record.ts';
import { openAuthority } from './authority.ts';
import { createOcspService } from './ocsp-service.ts';
import { RegisterFile } from './register-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-ocsp-'));
after(() => rmSync(folder, { recursive: true }));
const ca = makeCa('CA');
const leaf = makeLeaf('host.example.com', ca).certificate;
const never = makeLeaf('never.example.com', ca).certificate;
const responder = makeLeaf('responder', ca, { extensions: { extendedKeyUsage: ['ocspSigning'] } });
const bytes = Buffer.alloc(2 * recordLength);
writeHead(bytes, randomBytes(16));
writeRecord(bytes, recordLength, { serial: leaf.serial, state: 'good', revokedAt: 0, reasonCode: 0 });
writeFileSync(join(folder, 'register'), bytes);
const hour = 3_600_000;

async function service(options: { perSecond?: number; validity?: number; register?: RegisterFile } = {}) {
  const register = options.register ?? new RegisterFile(join(folder, 'register'));
  if (options.register === undefined) await register.follow();
  const time = { now: Date.UTC(2026, 5) };
  const made = createOcspService({ now: () => time.now, signaturesPerSecond: () => options.perSecond ?? 100 });
  const published = {
    certificate: Buffer.from(responder.der).toString('base64'),
    keyPkcs8: responder.key.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    digest: 'sha256' as const,
    validity: options.validity ?? 12 * hour,
    register: 'register',
  };
  made.use([openAuthority(ca.der, published, register)]);
  const ask = (request: Uint8Array) => {
    const answer = made.answer(request, Buffer.from(request).toString('latin1'));
    const parsed = parseOcspResponse(answer.der);
    assert.ok(parsed.ok);
    return { ...parsed.value, kept: !('kept' in answer) };
  };
  return { service: made, time, ask, about: (certificate = leaf, nonce?: Uint8Array) => question(certificate, nonce) };
}

function question(certificate = leaf, nonce?: Uint8Array): Uint8Array {
  return buildOcspRequest({ certificate, issuer: ca.certificate, ...(nonce && { nonce }) });
}

test('the same question is answered from memory until half of the answer’s life is over', async () => {
  const { service: own, time, ask } = await service();
  const first = ask(question());
  assert.ok(first.kept);
  time.now += 5 * hour;
  assert.deepEqual(ask(question()).der, first.der);
  assert.ok(own.known(Buffer.from(question()).toString('latin1')));
  time.now += 2 * hour;
  assert.equal(own.known(Buffer.from(question()).toString('latin1')), undefined);
  assert.notDeepEqual(ask(question()).der, first.der);
  assert.equal(own.counts.signed, 2);
});

test('an answer from before the clock was set back is not given again', async () => {
  const { time, ask } = await service();
  const first = ask(question());
  time.now -= 30_000;
  assert.deepEqual(ask(question()).der, first.der, 'a small step changes nothing');
  time.now -= 48 * hour;
  const { basic, kept } = ask(question());
  assert.ok(kept);
  assert.equal(basic?.producedAt, time.now);
});

test('what is signed ahead is there before anybody asks', async () => {
  const { service: own, ask } = await service();
  await own.signAhead(() => true);
  assert.equal(own.counts.signed, 1);
  assert.equal(ask(question()).basic?.responses[0]?.status, 'good');
  assert.equal(own.counts.signed, 1);
});

test('too many nonces get the answer from memory, without one; too many unknown numbers are told to try later', async () => {
  const { ask } = await service({ perSecond: 8 });
  ask(question());
  const answers = Array.from({ length: 20 }, () => ask(question(leaf, randomBytes(32))));
  assert.ok(answers.every(({ status }) => status === 'successful'));
  assert.ok(answers.some(({ basic }) => basic?.nonce === undefined));
  const strange = Array.from({ length: 20 }, () => ask(request([numbered(Uint8Array.of(1, ...randomBytes(8)))])));
  assert.ok(strange.some(({ status }) => status === 'tryLater'));
  assert.equal(ask(question()).status, 'successful');
});

test('questions about made-up numbers use up nothing that the others need', async () => {
  const { ask } = await service({ perSecond: 8 });
  for (let i = 0; i < 20; i++) ask(request([numbered(Uint8Array.of(1, ...randomBytes(8)))]));
  assert.ok(ask(question(leaf, randomBytes(32))).basic?.nonce);
});

test('what was signed for an authority that is gone is forgotten', async () => {
  const { service: own, ask } = await service();
  const asked = question();
  ask(asked);
  assert.ok(own.known(Buffer.from(asked).toString('latin1')));
  own.use([]);
  assert.equal(own.known(Buffer.from(asked).toString('latin1')), undefined);
  assert.equal(ask(asked).status, 'unauthorized');
});

test('no answer holds longer than the certificate of the responder', async () => {
  const { time, ask } = await service();
  time.now = responder.certificate.notAfter - hour;
  assert.equal(ask(question()).basic?.responses[0]?.nextUpdate, responder.certificate.notAfter);
});

test('an answer about a number never issued says unknown and holds five minutes', async () => {
  const { ask } = await service();
  const [single] = ask(question(never)).basic?.responses ?? [];
  assert.equal(single?.status, 'unknown');
  assert.equal((single?.nextUpdate ?? 0) - (single?.thisUpdate ?? 0), 5 * 60_000);
});

test('several certificates are answered in one answer, more than sixteen in none', async () => {
  const { ask } = await service();
  const id = (serial: Uint8Array, name = ca.certificate.subject.der) =>
    encodeCertId({ hash: 'sha256', issuerName: name, issuerKey: ca.certificate.publicKey.key, serial });
  const mixed = ask(request([id(leaf.serial), id(never.serial), id(leaf.serial, leaf.subject.der)]));
  assert.deepEqual(
    mixed.basic?.responses.map(({ status }) => status),
    ['good', 'unknown', 'unknown'],
  );
  assert.equal(ask(request(Array.from({ length: 16 }, () => id(leaf.serial)))).status, 'successful');
  assert.equal(ask(request(Array.from({ length: 17 }, () => id(leaf.serial)))).status, 'malformedRequest');
  assert.equal(ask(request([])).status, 'malformedRequest');
});

test('nonces of 0 and of more than 128 octets, and critical extensions that are not known, are malformed', async () => {
  const { ask } = await service();
  const id = numbered(leaf.serial);
  const nonce = (octets: Uint8Array) => sequence(oid('1.3.6.1.5.5.7.48.1.2'), octetString(octetString(octets)));
  assert.equal(ask(request([id], nonce(new Uint8Array(0)))).status, 'malformedRequest');
  assert.equal(ask(request([id], nonce(new Uint8Array(129)))).status, 'malformedRequest');
  assert.equal(ask(request([id], nonce(new Uint8Array(128)))).status, 'successful');
  const critical = sequence(oid('1.2.3.4'), element(1, Uint8Array.of(0xff)), octetString(integer(1)));
  assert.equal(ask(request([id], critical)).status, 'malformedRequest');
});

test('without a register, and outside the dates of the responder, it says to try later', async () => {
  const empty = await service({ register: new RegisterFile(join(folder, 'nothing')) });
  assert.equal(empty.ask(question()).status, 'tryLater');
  const { ask, time } = await service();
  for (const outside of [responder.certificate.notAfter + 1, responder.certificate.notBefore - 1]) {
    time.now = outside;
    assert.equal(ask(question()).status, 'tryLater');
  }
});

test('damaged requests are answered like any other, and nothing is thrown', async () => {
  const { ask } = await service({ perSecond: 100_000 });
  const whole = question(leaf, randomBytes(16));
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
      const changed = Uint8Array.from(whole.subarray(0, Math.max(length, at + 1)));
      changed[at] = value;
      ask(changed);
    }),
  );
});

function request(certIds: readonly Uint8Array[], extension?: Uint8Array): Uint8Array {
  const list = sequence(...certIds.map((id) => sequence(id)));
  return sequence(sequence(list, ...(extension === undefined ? [] : [explicit(2, sequence(extension))])));
}

/** CertID of a certificate of the CA. */
function numbered(serial: Uint8Array): Uint8Array {
  const { subject, publicKey } = ca.certificate;
  return encodeCertId({ hash: 'sha1', issuerName: subject.der, issuerKey: publicKey.key, serial });
}
