import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MadeCertificate, makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { crlTime, makeCrl } from '../../../test/support/made-crls.ts';
import { makeOcsp } from '../../../test/support/made-ocsp.ts';
import { CrlCollection, type LoadedCrl } from '../crl/loaded-crl.ts';
import { rfc5280 } from './profile.ts';
import { RevocationCheck, type RevocationInput } from './revocation-check.ts';
import { TrustStore } from './trust-store.ts';
import { verifyPath } from './verify-path.ts';

const root = makeCa('Root');
const ca = makeCa('CA', { issuer: root });
const leaf = makeLeaf('host.example.com', ca);
const day = 86_400_000;
const revoking = ({ certificate }: MadeCertificate) => ({ entries: [{ serial: certificate.serial, reason: 1 }] });

function check(crls: readonly LoadedCrl[], options: Partial<RevocationInput> = {}) {
  const revocation = new RevocationCheck({
    mode: 'chain',
    crls: new CrlCollection(crls),
    time: crlTime,
    profile: rfc5280,
    hardFail: true,
    ...options,
  });
  const result = verifyPath({
    leaf: leaf.certificate,
    intermediates: [ca.certificate, ...(options.certificates ?? [])],
    trust: new TrustStore([root.certificate]),
    time: crlTime,
    profile: rfc5280,
    extendedKeyUsages: [],
    checkPath: revocation.checkPath,
  });
  return { answer: result.accepted ? 'accepted' : result.rejection.code, result, found: revocation.found };
}

test('every certificate below the anchor is asked about', () => {
  assert.equal(check([makeCrl(root), makeCrl(ca)]).answer, 'accepted');
  assert.equal(check([makeCrl(root), makeCrl(ca, revoking(leaf))]).answer, 'revocation.revoked');
  assert.equal(check([makeCrl(root, revoking(ca)), makeCrl(ca)]).answer, 'revocation.revoked');
  // the second CA's list is missing, or out of date
  assert.equal(check([makeCrl(root)]).answer, 'revocation.unknown');
  assert.equal(check([makeCrl(ca)]).answer, 'revocation.unknown');
  assert.equal(check([makeCrl(root, { nextUpdate: crlTime - 1000 }), makeCrl(ca)]).answer, 'revocation.unknown');
});

test('in leaf mode the certificate alone is asked about, off asks nothing', () => {
  assert.equal(check([makeCrl(ca)], { mode: 'leaf' }).answer, 'accepted');
  assert.equal(check([makeCrl(root), makeCrl(ca, revoking(leaf))], { mode: 'leaf' }).answer, 'revocation.revoked');
  assert.equal(check([], { mode: 'off' }).answer, 'accepted');
});

test('when the status cannot be established, the certificate is refused or let pass, revoked ones never', () => {
  assert.equal(check([], { hardFail: false }).answer, 'accepted');
  assert.equal(check([makeCrl(ca, revoking(leaf))], { hardFail: false }).answer, 'revocation.revoked');
  const { result } = check([]);
  assert.ok(!result.accepted);
  assert.equal(result.rejection.next, 'Load a current CRL of this CA, or let its OCSP responder be asked.');
});

test('what was found is told for each certificate, with the numbers and ages of the evidence', () => {
  const { found } = check([makeCrl(root, { number: 3 }), makeCrl(ca, { number: 9, thisUpdate: crlTime - 2 * day })]);
  assert.deepEqual(
    found.map(({ status: { status, evidence } }) => [status, evidence[0]?.number, evidence[0]?.age]),
    [
      ['good', '03', day],
      ['good', '09', 2 * day],
    ],
  );
});

test('OCSP answers and CRLs complete each other, and revoked wins over good', () => {
  const answer = (status: 'good' | 'revoked' | 'unknown') => ({
    der: makeOcsp({ signer: ca, singles: [{ certificate: leaf.certificate, issuer: ca.certificate, status }] }),
    source: 'stapled',
  });
  assert.equal(check([makeCrl(root)], { ocsp: [answer('good')] }).answer, 'accepted');
  assert.equal(check([makeCrl(root)], { ocsp: [answer('revoked')] }).answer, 'revocation.revoked');
  assert.equal(check([makeCrl(root)], { ocsp: [answer('unknown')] }).answer, 'revocation.unknown');
  const [good, revoked] = [makeCrl(ca), makeCrl(ca, revoking(leaf))];
  assert.equal(check([makeCrl(root), good], { ocsp: [answer('revoked')] }).answer, 'revocation.revoked');
  assert.equal(check([makeCrl(root), revoked], { ocsp: [answer('good')] }).answer, 'revocation.revoked');
  assert.equal(check([makeCrl(root), good], { ocsp: [answer('unknown')] }).answer, 'accepted');
});

test('a CRL may be signed by another key of the CA whose certificate leads to the same anchor', () => {
  const second = makeCa('CA', { issuer: root, extensions: { keyUsage: ['cRLSign'], basicConstraints: undefined } });
  const bySecond = makeCrl(ca, { key: second.key });
  const certificates = [second.certificate];
  assert.equal(check([makeCrl(root), bySecond], { certificates }).answer, 'accepted');
  assert.equal(check([makeCrl(root), bySecond]).answer, 'revocation.unknown');
  // that certificate is itself revoked, or its status is not known
  assert.equal(check([makeCrl(root, revoking(second)), bySecond], { certificates }).answer, 'revocation.unknown');
  const elsewhere = makeCa('CA', { issuer: makeCa('Another root'), extensions: { keyUsage: ['cRLSign'] } });
  const foreign = makeCrl(ca, { key: elsewhere.key });
  assert.equal(check([makeCrl(root), foreign], { certificates: [elsewhere.certificate] }).answer, 'revocation.unknown');
});
