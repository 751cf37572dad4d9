import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { reasonCodes } from '../../pki/crl/build-entries.ts';
import { buildOcspResponse, createOcspResponder, type OcspSingle } from '../../pki/ocsp/build.ts';
import { encodeCertId } from '../../pki/ocsp/cert-id.ts';
import { writeOcspResponse } from './answer-writer.ts';

// Ed25519 signs the same octets in the same way each time
const key = createPrivateKey(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
const ca = makeCa('CA', { key });
const responder = createOcspResponder({
  certificate: ca.certificate,
  key,
  digest: 'sha256',
  identifiedBy: 'key',
  embedded: [makeLeaf('responder', ca).certificate],
});
const { subject, publicKey } = ca.certificate;

test('an answer is the same, octet for octet, as the one that pki builds', () => {
  const time = fc.integer({ min: 0, max: 4_000_000_000 }).map((second) => second * 1000 + 5);
  const reasons = Object.keys(reasonCodes).filter((name) => name !== 'removeFromCRL') as (keyof typeof reasonCodes)[];
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      fc.constantFrom('good', 'revoked', 'unknown'),
      fc.constantFrom(...reasons),
      time,
      time,
      fc.option(time, { nil: undefined }),
      fc.option(fc.uint8Array({ minLength: 1, maxLength: 128 }), { nil: undefined }),
      fc.constantFrom('sha1', 'sha256'),
      (serial, status, reason, producedAt, thisUpdate, nextUpdate, nonce, hash) => {
        const certId = encodeCertId({ hash, issuerName: subject.der, issuerKey: publicKey.key, serial });
        const times = { certId, thisUpdate, nextUpdate };
        const single: OcspSingle =
          status === 'revoked' ? { ...times, status, revokedAt: thisUpdate, reason } : { ...times, status };
        const expected = buildOcspResponse(responder, { producedAt, singles: [single], nonce });
        const written = writeOcspResponse(responder, producedAt, single, nonce);
        assert.equal(written.toString('hex'), Buffer.from(expected).toString('hex'));
      },
    ),
  );
});
