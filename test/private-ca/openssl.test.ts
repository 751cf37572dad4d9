/** What the private CA issues and publishes, before the OpenSSL of the machine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needs } from '../support/needs.ts';
import { serveCa } from './served-ca.ts';

const skip = needs('openssl');

for (const algorithm of ['rsa-2048', 'ec-p256', 'ec-p384', 'ed25519'] as const) {
  test(`OpenSSL accepts certificates, CRLs and OCSP answers of ${algorithm}`, { skip }, async (t) => {
    const { run, base, root, intermediate } = await serveCa(t, { algorithm });
    const verify = (leaf: string) =>
      run(
        'openssl',
        `verify -x509_strict -CAfile root.pem -untrusted inter.pem -crl_check_all -CRLfile crls.pem ${leaf}.pem`,
      );
    for (const leaf of ['good', 'server', 'client'])
      assert.match((await verify(leaf)).text, new RegExp(`${leaf}.pem: OK`));
    const refused = await verify('revoked');
    assert.match(refused.text, /error 23 at 0 depth lookup: certificate revoked/);
    for (const [name, issuer] of Object.entries({ root: 'root', inter: 'inter' })) {
      const crl = await run('openssl', `crl -inform DER -in ${name}.crl -CAfile ${issuer}.pem -noout -text`);
      assert.match(crl.text, /verify OK/);
    }
    assert.match((await run('openssl', 'crl -inform DER -in inter.crl -noout -text')).text, /Key Compromise/);
    const ask = (leaf: string, flags: string) =>
      run('openssl', `ocsp -issuer inter.pem ${flags} -cert ${leaf}.pem -url ${base}/ocsp -CAfile chain.pem`);
    for (const flags of ['-sha1', '-sha256', '-sha1 -no_nonce']) {
      assert.match((await ask('good', flags)).text, /Response verify OK[\s\S]*good.pem: good/);
      assert.match(
        (await ask('revoked', flags)).text,
        /Response verify OK[\s\S]*revoked.pem: revoked[\s\S]*keyCompromise/,
      );
    }
    const above = await run('openssl', `ocsp -issuer root.pem -cert inter.pem -url ${base}/ocsp -CAfile root.pem`);
    assert.match(above.text, /Response verify OK[\s\S]*inter.pem: good/);
    assert.notEqual(root.id, intermediate.id);
  });
}

test('OpenSSL takes the CRL of a part for the certificate that names it, and no other', { skip }, async (t) => {
  const { run, base, good, revoked, intermediate, write } = await serveCa(t, { algorithm: 'ec-p256', partitions: 4 });
  const pointOf = ({ parsed }: typeof good) => {
    const [name] = parsed.crlDistributionPoints?.[0]?.name?.fullName ?? [];
    return name?.kind === 'uri' ? name.value : '';
  };
  const fetched = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
  const check = async (leaf: string, url: string) => {
    write('part.crl', await fetched(url));
    await run('openssl', 'crl -inform DER -in part.crl -out part.crl.pem');
    const words = `verify -CAfile root.pem -untrusted inter.pem -crl_check -CRLfile part.crl.pem ${leaf}.pem`;
    return (await run('openssl', words)).text;
  };
  assert.match(await check('good', pointOf(good)), /good.pem: OK/);
  assert.match(await check('revoked', pointOf(revoked)), /certificate revoked/);
  const [other = 0] = [1, 2, 3, 4].filter((part) => !pointOf(revoked).endsWith(`/${part}.crl`));
  assert.match(await check('revoked', `${base}/crl/${intermediate.id}/${other}.crl`), /error 44|Different CRL scope/i);
  assert.match(await check('revoked', `${base}/crl/${intermediate.id}.crl`), /certificate revoked/);
});
