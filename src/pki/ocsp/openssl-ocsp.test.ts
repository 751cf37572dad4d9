import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createOpensslCa, openssl } from '../../../test/support/openssl.ts';
import { type Certificate, parseCertificate } from '../certificate/certificate.ts';
import { crlStatus } from '../crl/crl-status.ts';
import { CrlCollection, loadCrl } from '../crl/loaded-crl.ts';
import { decodePem } from '../pem.ts';
import { buildOcspRequest } from './build-ocsp-request.ts';
import { ocspStatus } from './ocsp-status.ts';

const folder = await mkdtemp(join(tmpdir(), 'tollgate-ocsp-'));
after(() => rm(folder, { recursive: true }));

function certificateOf(pem: string): Certificate {
  const parsed = parseCertificate(derOf(pem));
  assert.ok(parsed.ok);
  return parsed.value;
}

function derOf(pem: string): Uint8Array {
  const blocks = decodePem(pem);
  assert.ok(blocks.ok);
  return blocks.value[0]!.der;
}

test('requests are read by openssl’s responder, its answers and CRLs by us', async () => {
  const ca = await createOpensslCa(join(folder, 'ca'), { name: 'OCSP CA' });
  const responder = await ca.issue(['responder'], {
    extensions: ['extendedKeyUsage = OCSPSigning', 'keyUsage = digitalSignature', 'noCheck = ignored'],
  });
  const [good, revoked] = [await ca.issue(['good.example.com']), await ca.issue(['revoked.example.com'])];
  await ca.revoke(revoked.certificate, 'keyCompromise');
  const issuer = certificateOf(ca.certificate);
  const file = (name: string) => join(folder, name);
  await writeFile(file('responder.pem'), responder.certificate);
  await writeFile(file('responder.key'), responder.key, { mode: 0o600 });
  const crl = loadCrl(derOf(await ca.crl()), 'openssl ca');
  assert.ok(crl.ok);

  for (const [subject, wanted] of [
    [good, 'good'],
    [revoked, 'revoked'],
  ] as const) {
    const certificate = certificateOf(subject.certificate);
    const time = Date.now();
    const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(32)));
    for (const hash of ['sha1', 'sha256'] as const) {
      await writeFile(file('request.der'), buildOcspRequest({ certificate, issuer, hash, nonce }));
      const args = ['ocsp', '-index', join(ca.folder, 'index.txt'), '-CA', ca.certificateFile];
      args.push('-rsigner', file('responder.pem'), '-rkey', file('responder.key'), '-ndays', '1');
      await openssl([...args, '-reqin', file('request.der'), '-respout', file('answer.der')]);
      const der = await readFile(file('answer.der'));
      const ask = (sent: Uint8Array) =>
        ocspStatus({
          certificate,
          issuer,
          answer: { der, source: 'openssl ocsp', nonce: sent },
          time,
          rules: { algorithms: 'current', nonceRequired: true, delegateMustBeGood: true },
        });
      assert.equal(ask(nonce).status, wanted, JSON.stringify(ask(nonce)));
      const other = ask(new Uint8Array(32));
      assert.ok(other.status === 'unknown' && other.why === 'ocsp.nonce');
    }
    const rules = { algorithms: 'current', conformingIssuer: true } as const;
    const status = crlStatus({ certificate, issuer, crls: new CrlCollection([crl.value]), time, rules });
    assert.equal(status.status, wanted);
    if (status.status === 'revoked') assert.equal(status.reason, 'keyCompromise');
  }
});

test('a nonce of no octet or more than 128 is not sent', async () => {
  const ca = certificateOf((await createOpensslCa(join(folder, 'nonce'), { name: 'Nonce CA' })).certificate);
  for (const length of [0, 129])
    assert.throws(() => buildOcspRequest({ certificate: ca, issuer: ca, nonce: new Uint8Array(length) }), RangeError);
});
