import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MadeCertificate, type MadeOptions, makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { crlTime, extension, makeCrl } from '../../../test/support/made-crls.ts';
import { type MadeOcspOptions, type MadeSingle, makeOcsp, makeOcspError } from '../../../test/support/made-ocsp.ts';
import { crlStatus } from '../crl/crl-status.ts';
import { CrlCollection } from '../crl/loaded-crl.ts';
import type { RevocationStatus } from '../crl/revocation-status.ts';
import { octetString } from '../der/writer.ts';
import { type OcspRules, ocspStatus, ocspUsableUntil } from './ocsp-status.ts';

const root = makeCa('Root');
const ca = makeCa('CA', { issuer: root });
const sibling = makeCa('Sibling', { issuer: root });
const leaf = makeLeaf('host.example.com', ca);
const hour = 3_600_000;

const responderExtensions: MadeOptions['extensions'] = {
  extendedKeyUsage: ['ocspSigning'],
  subjectAltName: undefined,
  ocspNoCheck: true,
};

function responder(issuer: MadeCertificate | undefined, options: MadeOptions = {}): MadeCertificate {
  return makeLeaf('Responder', issuer, { ...options, extensions: { ...responderExtensions, ...options.extensions } });
}

interface Ask extends Partial<MadeOcspOptions> {
  readonly single?: Partial<MadeSingle>;
  readonly sent?: Uint8Array;
  readonly rules?: Partial<OcspRules>;
  readonly time?: number;
  readonly delegateStatus?: (delegate: MadeCertificate['certificate']) => RevocationStatus;
}

function ask({ single, sent, rules, time = crlTime, delegateStatus, ...options }: Ask = {}): RevocationStatus {
  const about = { certificate: leaf.certificate, issuer: ca.certificate };
  const der = makeOcsp({ signer: ca, singles: [{ ...about, ...single }], ...options });
  return ocspStatus({
    ...about,
    answer: { der, source: 'test', ...(sent && { nonce: sent }) },
    time,
    rules: { algorithms: 'current', ...rules },
    ...(delegateStatus && { delegateStatus }),
  });
}

function words(status: RevocationStatus): string {
  if (status.status === 'revoked') return `revoked ${status.reason}`;
  return status.status === 'good' ? 'good' : status.why;
}

test('good, revoked with reason, and unknown; by SHA-1 and SHA-256; by name and by key', () => {
  assert.equal(words(ask()), 'good');
  assert.equal(words(ask({ single: { hash: 'sha256' } })), 'good');
  assert.equal(words(ask({ byKey: true })), 'good');
  assert.equal(words(ask({ single: { status: 'revoked', reason: 1 } })), 'revoked keyCompromise');
  assert.equal(words(ask({ single: { status: 'revoked' } })), 'revoked unspecified');
  assert.equal(words(ask({ single: { status: 'unknown' } })), 'ocsp.unknown');
  const [evidence] = ask().evidence;
  assert.deepEqual(evidence, {
    kind: 'ocsp',
    source: 'test',
    issuer: 'CN=CA',
    thisUpdate: crlTime - hour,
    nextUpdate: crlTime + hour,
    age: hour,
  });
});

test('who may sign an answer, in twelve cases', () => {
  const by = (signer: MadeCertificate, certificates = [signer]) => words(ask({ signer, certificates }));
  assert.equal(by(ca, []), 'good', 'the issuer itself');
  assert.equal(by(responder(ca)), 'good', 'a responder it has certified');
  assert.equal(by(responder(ca, { extensions: { extendedKeyUsage: ['2.5.29.37.0'] } })), 'ocsp.signer', 'any usage');
  assert.equal(by(makeLeaf('server', ca)), 'ocsp.signer', 'a server certificate of the same CA');
  assert.equal(by(responder(sibling)), 'ocsp.signer', 'a responder of another CA');
  assert.equal(by(responder(root)), 'ocsp.signer', 'a responder of the CA above');
  assert.equal(by(responder(ca, { notAfter: crlTime - 1000 })), 'ocsp.signer', 'an expired responder');
  assert.equal(by(responder(ca, { notBefore: crlTime + 1000 })), 'ocsp.signer', 'one not yet valid');
  assert.equal(by(responder(undefined)), 'ocsp.signer', 'a self-signed responder');
  assert.equal(by(responder(makeCa('CA', { issuer: root }))), 'ocsp.signer', 'one of a CA of the same name');
  const right = responder(ca);
  assert.equal(by(right, [responder(sibling), makeLeaf('x', ca), right]), 'good', 'the last certificate in the answer');
  const answer = ask({ signer: sibling, single: { issuer: sibling.certificate } });
  assert.equal(words(answer), 'ocsp.no-answer', 'an answer for another CA');
});

test('a responder’s certificate may sign, is not missing, and may be pinned', () => {
  const noSignature = responder(ca, { extensions: { keyUsage: ['keyEncipherment'] } });
  assert.equal(words(ask({ signer: noSignature, certificates: [noSignature] })), 'ocsp.signer');
  const unstated = responder(ca, { extensions: { keyUsage: undefined } });
  assert.equal(words(ask({ signer: unstated, certificates: [unstated] })), 'good');
  assert.equal(words(ask({ signer: unstated })), 'ocsp.signer');
  const foreign = responder(undefined);
  const rules = { pinnedResponders: [foreign.certificate] };
  assert.equal(words(ask({ signer: foreign, rules })), 'good');
  const late = responder(undefined, { notAfter: crlTime - 1000 });
  assert.equal(words(ask({ signer: late, rules: { pinnedResponders: [late.certificate] } })), 'ocsp.signer');
});

test('a responder without nocheck is covered by a CRL, and never asked about itself', () => {
  const delegate = responder(ca, { extensions: { ocspNoCheck: false } });
  const by = (crls: Parameters<typeof makeCrl>[1][] | undefined, rules: Partial<OcspRules>) =>
    words(
      ask({
        signer: delegate,
        certificates: [delegate],
        rules,
        ...(crls && {
          delegateStatus: (certificate) =>
            crlStatus({
              certificate,
              issuer: ca.certificate,
              crls: new CrlCollection(crls.map((options) => makeCrl(ca, options))),
              time: crlTime,
              rules: { algorithms: 'current', conformingIssuer: false },
            }),
        }),
      }),
    );
  const strict = { delegateMustBeGood: true };
  assert.equal(by([{}], strict), 'good');
  assert.equal(by([{ entries: [{ serial: delegate.certificate.serial }] }], {}), 'ocsp.signer-status');
  assert.equal(by([], strict), 'ocsp.signer-status');
  assert.equal(by(undefined, strict), 'ocsp.signer-status');
  assert.equal(by([], {}), 'good');
});

test('the answer is bound to the question', () => {
  assert.equal(words(ask({ single: { serial: Uint8Array.of(5) } })), 'ocsp.no-answer');
  assert.equal(words(ask({ single: { issuer: sibling.certificate } })), 'ocsp.no-answer');
  assert.equal(words(ask({ singles: [] })), 'ocsp.no-answer');
  const about = { certificate: leaf.certificate, issuer: ca.certificate };
  const revoked = { ...about, status: 'revoked' as const };
  assert.equal(words(ask({ singles: [about, revoked] })), 'revoked unspecified');
  assert.equal(words(ask({ singles: [about, { ...about, status: 'unknown' }] })), 'ocsp.unknown');
  assert.equal(words(ask({ singles: [{ ...revoked, serial: Uint8Array.of(5) }, about] })), 'good');
});

test('nonces are equal when there are two, and of 1 to 128 octets', () => {
  const nonce = new Uint8Array(32).fill(7);
  assert.equal(words(ask({ nonce, sent: nonce })), 'good');
  assert.equal(words(ask({ nonce, sent: new Uint8Array(32) })), 'ocsp.nonce');
  assert.equal(words(ask({ nonce })), 'good');
  assert.equal(words(ask({ sent: nonce })), 'good');
  assert.equal(words(ask({ sent: nonce, rules: { nonceRequired: true } })), 'ocsp.nonce');
  const old = { thisUpdate: crlTime - 25 * hour };
  assert.equal(words(ask({ sent: nonce, single: old })), 'ocsp.nonce');
  assert.equal(words(ask({ single: old })), 'good');
  for (const [length, wanted] of [
    [0, 'ocsp.nonce'],
    [1, 'good'],
    [128, 'good'],
    [129, 'ocsp.nonce'],
  ] as const) {
    assert.equal(words(ask({ nonce: new Uint8Array(length) })), wanted, `${length} octets`);
  }
});

test('times: five minutes of another clock, no answer past its end, an hour without one', () => {
  const at = (single: Partial<MadeSingle>, producedAt = crlTime - hour) => words(ask({ single, producedAt }));
  assert.equal(at({ thisUpdate: crlTime + 5 * 60_000 }), 'good');
  assert.equal(at({ thisUpdate: crlTime + 5 * 60_000 + 1000 }), 'ocsp.not-yet-valid');
  assert.equal(at({ nextUpdate: crlTime }), 'good');
  assert.equal(at({ nextUpdate: crlTime - 1000 }), 'ocsp.expired');
  assert.equal(at({ nextUpdate: null }), 'good');
  assert.equal(at({ nextUpdate: null, thisUpdate: crlTime - hour - 1000 }), 'ocsp.expired');
  assert.equal(at({}, crlTime + 5 * 60_000), 'good');
  assert.equal(at({}, crlTime + 6 * 60_000), 'ocsp.produced-at');
  // a replayed answer, good when it was made
  assert.equal(words(ask({ time: crlTime + 2 * hour })), 'ocsp.expired');
});

test('an answer is kept until its next update, a day at most, and not at all without one', () => {
  const kept = (single: Partial<MadeSingle>) => ocspUsableUntil(ask({ single }).evidence[0]!, crlTime);
  assert.equal(kept({}), crlTime + hour);
  assert.equal(kept({ nextUpdate: crlTime + 72 * hour }), crlTime + 24 * hour);
  assert.equal(kept({ nextUpdate: null }), undefined);
});

test('critical extensions that are unknown, of the answer or of its part, make it say nothing', () => {
  const strange = [extension('1.2.3.4', octetString(), true)];
  assert.equal(words(ask({ extensions: strange })), 'ocsp.critical-extension');
  assert.equal(words(ask({ single: { extensions: strange } })), 'ocsp.critical-extension');
  // RFC 6962 3.3: certificate timestamps are known, and say nothing about the status
  const timestamps = [extension('1.3.6.1.4.1.11129.2.4.5', octetString(Uint8Array.of(0, 0)), true)];
  assert.equal(words(ask({ single: { extensions: timestamps } })), 'good');
  assert.equal(words(ask({ extensions: [extension('1.2.3.4', octetString())] })), 'good');
});

test('answers that are none, and bytes that are no answer', () => {
  const say = (der: Uint8Array) =>
    words(
      ocspStatus({
        certificate: leaf.certificate,
        issuer: ca.certificate,
        answer: { der, source: 'test' },
        time: crlTime,
        rules: { algorithms: 'current' },
      }),
    );
  for (const status of [1, 2, 3, 5, 6]) assert.equal(say(makeOcspError(status)), 'ocsp.refused');
  for (const bytes of [Buffer.alloc(0), Buffer.from('<html>'), makeOcspError(4), Buffer.alloc(70_000)])
    assert.equal(say(bytes), 'ocsp.malformed');
  const good = makeOcsp({
    signer: ca,
    singles: [{ certificate: leaf.certificate, issuer: ca.certificate }],
  });
  for (let at = 0; at < good.length - 70; at += 2) {
    const bent = Uint8Array.from(good);
    bent[at]! ^= 1;
    assert.notEqual(say(bent), 'good', `octet ${at}`);
  }
});
