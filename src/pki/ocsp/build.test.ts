import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, test } from 'node:test';
import { makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { createScratch } from '../../../test/support/openssl-scratch.ts';
import { buildOcspError, buildOcspResponse, createOcspResponder, type OcspSingle } from './build.ts';
import { buildOcspRequest } from './build-ocsp-request.ts';
import { parseOcspRequest, parseOcspResponse } from './ocsp.ts';
import { ocspStatus } from './ocsp-status.ts';

const scratch = createScratch();
after(() => scratch.remove());

const now = Math.floor(Date.now() / 1000) * 1000;
const hour = 3_600_000;
const ca = makeCa('Answering CA', { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey });
const delegate = makeLeaf('responder', ca, { extensions: { extendedKeyUsage: ['ocspSigning'], ocspNoCheck: true } });
const leaf = makeLeaf('host.example.com', ca);
const nonce = new Uint8Array(32).fill(7);
scratch.write('ca.pem', ca.pem);
scratch.write('leaf.pem', leaf.pem);

const bySelf = createOcspResponder({ ...ca, digest: 'sha256', identifiedBy: 'name', embedded: [] });
const byDelegate = createOcspResponder({ ...delegate, digest: 'sha384', identifiedBy: 'key', embedded: [delegate] });

function asked(hash: 'sha1' | 'sha256'): { certId: Uint8Array; request: Uint8Array } {
  const request = buildOcspRequest({ certificate: leaf.certificate, issuer: ca.certificate, hash, nonce });
  const parsed = parseOcspRequest(request);
  assert.ok(parsed.ok);
  return { certId: parsed.value.requests[0]!.certId.der, request };
}

const states = [
  { status: 'good' },
  { status: 'unknown' },
  { status: 'revoked', revokedAt: now - hour, reason: 'keyCompromise' },
  { status: 'revoked', revokedAt: now - hour },
] as const;

const verify = 'ocsp -respin answer.der -CAfile ca.pem -verify_other ca.pem';

test('openssl verifies what is answered, by the CA itself or a responder it certified, and prints it', () => {
  for (const responder of [bySelf, byDelegate]) {
    for (const hash of ['sha1', 'sha256'] as const) {
      for (const state of states) {
        const { certId, request } = asked(hash);
        const single: OcspSingle = { certId, thisUpdate: now - hour, nextUpdate: now + hour, ...state };
        scratch.write('request.der', request);
        scratch.write('answer.der', buildOcspResponse(responder, { producedAt: now, singles: [single], nonce }));
        // exit status 0: signature and nonce are right
        assert.match(scratch.openssl(`${verify} -reqin request.der -resp_text`).toString(), /OCSP Nonce/);
        const said = scratch.openssl(`${verify} -no_nonce -issuer ca.pem -${hash} -cert leaf.pem`).toString();
        assert.match(said, new RegExp(`leaf.pem: ${state.status}`));
        if ('reason' in state) assert.match(said, /Reason: keyCompromise/);
      }
    }
  }
});

test('we accept it as well, with its nonce', () => {
  for (const responder of [bySelf, byDelegate]) {
    for (const state of states) {
      const single: OcspSingle = { certId: asked('sha1').certId, thisUpdate: now, nextUpdate: now + hour, ...state };
      const status = ocspStatus({
        certificate: leaf.certificate,
        issuer: ca.certificate,
        answer: {
          der: buildOcspResponse(responder, { producedAt: now, singles: [single], nonce }),
          source: 'test',
          nonce,
        },
        time: now,
        rules: { algorithms: 'current', nonceRequired: true, delegateMustBeGood: true },
      });
      assert.equal(
        status.status === 'unknown' ? status.why : status.status,
        state.status === 'unknown' ? 'ocsp.unknown' : state.status,
      );
      if (status.status === 'revoked') assert.equal(status.revokedAt, now - hour);
    }
  }
});

test('several certificates in one answer, without next update and nonce', () => {
  const other = makeLeaf('other.example.com', ca).certificate;
  const request = buildOcspRequest({ certificate: other, issuer: ca.certificate });
  const parsed = parseOcspRequest(request);
  assert.ok(parsed.ok);
  const singles: OcspSingle[] = [
    { certId: asked('sha1').certId, thisUpdate: now, status: 'good' },
    { certId: parsed.value.requests[0]!.certId.der, thisUpdate: now, status: 'revoked', revokedAt: now },
  ];
  const answer = parseOcspResponse(buildOcspResponse(byDelegate, { producedAt: now, singles }));
  assert.ok(answer.ok);
  assert.deepEqual(
    answer.value.basic?.responses.map(({ status, nextUpdate }) => [status, nextUpdate]),
    [
      ['good', undefined],
      ['revoked', undefined],
    ],
  );
});

test('errors are told by openssl as what they are', () => {
  for (const status of ['malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'] as const) {
    const der = buildOcspError(status);
    const parsed = parseOcspResponse(der);
    assert.ok(parsed.ok && parsed.value.status === status);
    scratch.write('error.der', der);
    assert.throws(() => scratch.openssl('ocsp -respin error.der -noverify -issuer ca.pem -cert leaf.pem'));
  }
});

test('a nonce of no octet or more than 128 is not sent back', () => {
  for (const length of [0, 129])
    assert.throws(
      () => buildOcspResponse(bySelf, { producedAt: now, singles: [], nonce: new Uint8Array(length) }),
      RangeError,
    );
});
