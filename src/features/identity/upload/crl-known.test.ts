import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startIdentityGateway } from '../../../../test/support/identity-gateway.ts';
import { createOpensslCa } from '../../../../test/support/openssl.ts';
import { commonNames } from '../../../pki/name/distinguished-name.ts';
import type { UploadPreview } from '../schemas.ts';

test('an upload warns of a CA without a CRL where a purpose checks revocation, and of nothing else', async (t) => {
  const asked: (string | undefined)[] = [];
  let missing: readonly string[] = [];
  const gateway = await startIdentityGateway({
    fqdn: 'gw1.example.com',
    purposesWithoutCrl: async (_leaf, issuer) => {
      asked.push(issuer === undefined ? undefined : commonNames(issuer.subject)[0]);
      return missing;
    },
  });
  t.after(() => gateway.close());
  const ca = await createOpensslCa(join(gateway.folder, 'ca'), { name: 'Known CA' });
  const preview = async (pems: readonly string[]) => {
    const files = pems.map((pem, i) => ({ name: `f${i}.pem`, content: Buffer.from(pem).toString('base64') }));
    const shown = await gateway.must<UploadPreview>('POST', '/identities/server/uploads', { files });
    return shown.warnings.find(({ check }) => check === 'crl-known');
  };
  const { certificate, key } = await ca.issue(['gw1.example.com']);
  assert.equal(await preview([certificate, key, ca.certificate]), undefined);
  missing = ['SIP TLS'];
  const warning = await preview([certificate, key, ca.certificate]);
  assert.equal(warning?.code, 'identity.crl-unknown');
  assert.match(warning.detail, /No CRL of the issuing CA is known here \(CN=Known CA\)/);
  assert.deepEqual(warning.affected, ['SIP TLS']);
  assert.match(warning.hint ?? '', /CRL management/);
  await preview([certificate, key]);
  assert.deepEqual(asked, ['Known CA', 'Known CA', undefined]);
});
