import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { makeCrlDer } from '../../../test/support/made-crls.ts';
import { openRevocationBench } from '../../../test/support/revocation-bench.ts';
import { testAdministrator } from '../../../test/support/temporary-storage.ts';

const ca = makeCa('Asked CA');
const leaf = makeLeaf('gate.example.com', ca).certificate;
const withOcsp = makeLeaf('gate.example.com', ca, {
  extensions: { authorityInfoAccess: { ocsp: ['http://ocsp.example.com/'] } },
}).certificate;
const withCdp = makeLeaf('gate.example.com', ca, {
  extensions: { crlDistributionPoints: ['http://crl.example.com/ca.crl'] },
}).certificate;

test('while nothing checks revocation, no CRL is missing', async (t) => {
  const { revocation, trust } = await openRevocationBench(t);
  await trust(ca);
  assert.deepEqual(await revocation.purposesWithoutCrl(leaf, ca.certificate), []);
  assert.deepEqual(await revocation.purposesWithoutCrl(leaf, undefined), []);
});

test('each purpose that checks and has no source for the CA is named, until a CRL it may use is loaded', async (t) => {
  const { revocation, trust, check, set } = await openRevocationBench(t);
  await trust(ca);
  await check('sip-tls');
  await check('https-client');
  await check('ldap');
  const missing = (certificate = leaf) => revocation.purposesWithoutCrl(certificate, ca.certificate);
  assert.deepEqual(await missing(), ['SIP TLS', 'HTTPS client certificates', 'LDAP log-in']);
  // OCSP and distribution points are for SIP alone
  assert.deepEqual(await missing(withOcsp), ['HTTPS client certificates', 'LDAP log-in']);
  assert.deepEqual(await missing(withCdp), ['HTTPS client certificates', 'LDAP log-in']);
  await set({ purposes: { 'sip-tls': { allowCdp: false } } });
  assert.equal((await missing(withCdp)).length, 3);
  await revocation.upload(testAdministrator, makeCrlDer(ca), 'ca.crl');
  // LDAP goes by embedded CRLs only
  assert.deepEqual(await missing(), ['LDAP log-in']);
  assert.equal((await revocation.purposesWithoutCrl(leaf, makeCa('Asked CA').certificate)).length, 3, 'another key');
  assert.equal((await revocation.purposesWithoutCrl(leaf, undefined)).length, 3, 'an issuer that is not known');
});
