/** What the private CA issues and publishes, before NSS, which knows RSA and ECDSA. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needs } from '../support/needs.ts';
import { serveCa } from './served-ca.ts';

const skip = needs('certutil', 'crlutil', 'vfychain');

for (const algorithm of ['rsa-2048', 'ec-p256'] as const) {
  test(`NSS accepts certificates, CRLs and OCSP answers of ${algorithm}`, { skip }, async (t) => {
    const { run } = await serveCa(t, { algorithm });
    const add = (name: string, trust: string) => `certutil -A -n ${name} -t ${trust} -i ${name}.pem -d sql:db`;
    const steps = ['mkdir db', 'certutil -N -d sql:db --empty-password', add('root', 'CT,C,C'), add('inter', ',,')];
    const leaves = ['good', 'revoked', 'server', 'client'].map((name) => add(name, ',,'));
    const made = await run('sh', ['-c', [...steps, ...leaves].join(' && ')]);
    assert.equal(made.code, 0, made.text);
    const byOcsp = (leaf: string) =>
      run('vfychain', `-d sql:db -pp -u 1 -g leaf -h requireFreshInfo -m ocsp -s failIfNoInfo ${leaf}`);
    assert.match((await byOcsp('good')).text, /Chain is good/);
    assert.match((await byOcsp('revoked')).text, /Chain is bad[\s\S]*Peer's Certificate has been revoked/);
    for (const name of ['root', 'inter']) {
      const imported = await run('crlutil', `-I -i ${name}.crl -d sql:db`);
      assert.equal(imported.code, 0, imported.text);
    }
    for (const usage of ['V', 'C']) {
      assert.match((await run('certutil', `-V -n good -u ${usage} -e -d sql:db`)).text, /certificate is valid/);
      assert.match((await run('certutil', `-V -n revoked -u ${usage} -e -d sql:db`)).text, /has been revoked/);
    }
    assert.match((await run('certutil', '-V -n server -u V -e -d sql:db')).text, /certificate is valid/);
    assert.match((await run('certutil', '-V -n client -u C -e -d sql:db')).text, /certificate is valid/);
    const byCrl = (leaf: string) => run('vfychain', `-d sql:db -pp -u 1 -g leaf -m crl -s failIfNoInfo ${leaf}`);
    assert.match((await byCrl('good')).text, /Chain is good/);
    assert.match((await byCrl('revoked')).text, /Peer's Certificate has been revoked/);
  });
}
