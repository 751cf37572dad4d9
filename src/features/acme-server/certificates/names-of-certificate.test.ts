import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { buildCertificate, publicKeyInfoOf } from '../../../pki/certificate/build.ts';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { ariIdOf, namesOfCertificate } from './names-of-certificate.ts';

/** The certificate of the example in RFC 9773, as far as its identifier is concerned. */
function example(names: Parameters<typeof buildCertificate>[0]['extensions']['subjectAltName']) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const parsed = parseCertificate(
    buildCertificate({
      subject: [],
      issuer: [{ type: 'CN', value: 'Example CA' }],
      publicKeyInfo: publicKeyInfoOf(privateKey),
      serial: Buffer.from('87654321', 'hex'),
      digest: 'sha256',
      signingKey: privateKey,
      notBefore: 0,
      notAfter: 1_000,
      extensions: {
        authorityKeyIdentifier: Buffer.from('69885b6b87464041e1b37b847ba0ae2cde01c8d4', 'hex'),
        subjectAltName: names,
      },
    }),
  );
  assert.ok(parsed.ok);
  return parsed.value;
}

test('a certificate is named as in the example of RFC 9773 4.1: the octet that keeps its number positive included', () => {
  const certificate = example([{ kind: 'dns', value: 'example.com' }]);
  assert.equal(ariIdOf(certificate), 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
});

test('names are host names in lower case and addresses, other kinds do not count', () => {
  const certificate = example([
    { kind: 'dns', value: 'A.Example.com' },
    { kind: 'ip', value: '2001:db8::1' },
    { kind: 'email', value: 'a@example.com' },
  ]);
  assert.deepEqual(namesOfCertificate(certificate), [
    { type: 'dns', value: 'a.example.com' },
    { type: 'ip', value: '2001:db8::1' },
  ]);
});
