/** What the private CA issues and publishes, before GnuTLS. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needs } from '../support/needs.ts';
import { serveCa } from './served-ca.ts';

const skip = needs('certtool', 'ocsptool');

for (const algorithm of ['rsa-2048', 'ec-p256', 'ed25519'] as const) {
  test(`GnuTLS accepts certificates, CRLs and OCSP answers of ${algorithm}`, { skip }, async (t) => {
    const { run, base, read, write } = await serveCa(t, { algorithm });
    for (const leaf of ['good', 'revoked', 'server', 'client'])
      write(`${leaf}-chain.pem`, Buffer.concat([read(`${leaf}.pem`), read('inter.pem')]));
    const verify = (leaf: string) =>
      run('certtool', `--verify --load-ca-certificate root.pem --load-crl crls.pem --infile ${leaf}-chain.pem`);
    const good = await verify('good');
    assert.match(good.text, /Checked against CRL\[\d+\] of: CN=Intermediate/);
    assert.match(good.text, /Chain verification output: Verified. The certificate is trusted/);
    for (const leaf of ['server', 'client'])
      assert.match((await verify(leaf)).text, /Chain verification output: Verified/);
    assert.match((await verify('revoked')).text, /NOT trusted. The certificate chain is revoked/);
    for (const name of ['root', 'inter']) {
      const crl = await run('certtool', `--verify-crl --load-ca-certificate ${name}.pem --infile ${name}.crl.pem`);
      assert.match(crl.text, /Verification output: Verified. The certificate is trusted/);
    }
    const ask = (leaf: string, flags: readonly string[]) =>
      run('ocsptool', [`--ask=${base}/ocsp`, ...flags, '--load-cert', `${leaf}.pem`, '--load-issuer', 'inter.pem']);
    for (const flags of [[], ['--no-nonce']]) {
      assert.match((await ask('good', flags)).text, /Certificate Status: good[\s\S]*Verifying OCSP Response: Success/);
      assert.match(
        (await ask('revoked', flags)).text,
        /Certificate Status: revoked[\s\S]*Verifying OCSP Response: Success/,
      );
    }
  });
}
