import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPublishingCa } from '../../../../../test/support/publishing-ca.ts';

test('the CRL of a part says so: a critical scope with its own address, for certificates of users only', async (t) => {
  const { root, intermediate, issue, revoke, crl } = await startPublishingCa(t, { partitions: 2 });
  await revoke((await issue('a.example.com')).serial);
  for (const number of [1, 2]) {
    const part = await crl(`/crl/${intermediate.id}/${number}.crl`);
    const extension = part.extensions.find(({ oid }) => oid === '2.5.29.28');
    assert.equal(extension?.critical, true);
    const scope = part.issuingDistributionPoint;
    assert.deepEqual(
      scope?.name?.fullName?.map((name) => (name.kind === 'uri' ? name.value : name.kind)),
      [`http://pki.example.com/crl/${intermediate.id}/${number}.crl`],
    );
    const { onlyContainsUserCerts, onlyContainsCaCerts, onlyContainsAttributeCerts, indirectCrl } = scope!;
    assert.deepEqual(
      [onlyContainsUserCerts, onlyContainsCaCerts, onlyContainsAttributeCerts, indirectCrl],
      [true, false, false, false],
    );
    assert.equal(scope?.onlySomeReasons, undefined);
  }
  // what is about every certificate, of authorities too, has no scope
  for (const { id } of [root, intermediate])
    assert.equal((await crl(`/crl/${id}.crl`)).issuingDistributionPoint, undefined);
});
