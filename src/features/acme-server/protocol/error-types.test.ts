/** Every error type of RFC 8555 6.7, RFC 9773 and profiles that a request can meet, as the client gets it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acmeServerForTest } from '../../../../test/support/acme-server-for-test.ts';
import { csrFor, errorOf, type JwsAnswer, JwsClient, makeAccountKey } from '../../../../test/support/jws-client.ts';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { decodePem } from '../../../pki/pem.ts';
import { ariIdOf } from '../certificates/names-of-certificate.ts';
import { type AcmeProblem, problemDocument } from './acme-error.ts';

test('each error has its type, its status, the media type of problems, a new nonce and the way to the directory', async (t) => {
  const { server, change, ca, faults } = await acmeServerForTest(t);
  const seen = new Set<string>();
  const expect = (type: string, status: number, answer: JwsAnswer): void => {
    assert.deepEqual([errorOf(answer), answer.status, answer.json['status']], [type, status, status], answer.text);
    assert.equal(answer.headers['content-type'], 'application/problem+json', type);
    assert.match(String(answer.headers['replay-nonce']), /^[\w-]{22}$/, type);
    assert.ok(
      [answer.headers['link'] ?? []].flat().some((link) => link.endsWith(';rel="index"')),
      type,
    );
    assert.ok(String(answer.json['detail']).length > 10, type);
    seen.add(type);
  };
  const stranger = () => new JwsClient(server);
  expect('accountDoesNotExist', 400, await stranger().register({ onlyReturnExisting: true }));
  expect('unsupportedContact', 400, await stranger().register({ contact: ['tel:+123'] }));
  expect('invalidContact', 400, await stranger().register({ contact: ['mailto:a@b,c@d'] }));
  await change({ termsUrl: 'https://ca.test/terms' });
  const terms = await stranger().register();
  expect('userActionRequired', 403, terms);
  assert.equal(terms.json['instance'], 'https://ca.test/terms');
  assert.ok([terms.headers['link'] ?? []].flat().includes('<https://ca.test/terms>;rel="terms-of-service"'));
  await change({ termsUrl: '', externalAccountRequired: true });
  expect('externalAccountRequired', 403, await stranger().register());
  await change({ externalAccountRequired: false });

  const client = stranger();
  await client.register();
  expect('badNonce', 400, await client.post('new-order', {}, { nonce: 'AAAAAAAAAAAAAAAAAAAAAA' }));
  const algorithm = await client.post('new-order', {}, { header: { alg: 'none' } });
  expect('badSignatureAlgorithm', 400, algorithm);
  assert.ok((algorithm.json['algorithms'] as string[]).includes('ES256'));
  expect('unauthorized', 403, await client.post('new-order', {}, { signedBy: makeAccountKey() }));
  expect('malformed', 400, await client.post('new-order', { identifiers: 'x' }));
  expect(
    'unsupportedIdentifier',
    400,
    await client.post('new-order', { identifiers: [{ type: 'email', value: 'a' }] }),
  );
  expect('rejectedIdentifier', 403, await client.order(['localhost']));
  expect('invalidProfile', 400, await client.order(['a.example'], { profile: 'none' }));
  const order = await client.order(['a.example']);
  const finalize = (csr: string) => client.post(String(order.json['finalize']), { csr });
  expect('orderNotReady', 403, await finalize(csrFor(['a.example'])));
  await client.prove(order);
  expect('badCSR', 400, await finalize(csrFor(['b.example'])));
  ca.failure = new Error('the key is away');
  expect('serverInternal', 500, await finalize(csrFor(['a.example'])));
  assert.equal(faults.splice(0).length, 1);
  ca.failure = undefined;
  const key = makeAccountKey();
  const done = await finalize(csrFor(['a.example'], { key }));
  expect('badPublicKey', 400, await new JwsClient(server, { key }).register());

  const { text } = await client.post(String(done.json['certificate']), '');
  const blocks = decodePem(Buffer.from(text));
  const { der } = (blocks.ok ? blocks.value[0] : undefined)!;
  const leaf = parseCertificate(der);
  const replaces = leaf.ok ? ariIdOf(leaf.value) : '';
  assert.equal((await client.order(['a.example'], { replaces })).status, 201);
  expect('alreadyReplaced', 409, await client.order(['a.example'], { replaces }));
  const revoke = (reason: number) =>
    client.post('revoke-cert', { certificate: Buffer.from(der).toString('base64url'), reason });
  expect('badRevocationReason', 400, await revoke(2));
  assert.equal((await revoke(1)).status, 200);
  expect('alreadyRevoked', 400, await revoke(1));
  await change({ limits: { ordersPerAccount: 1 } });
  const limited = await client.order(['a.example']);
  expect('rateLimited', 429, limited);
  assert.ok(Number(limited.headers['retry-after']) > 0);
  // of the others caa needs a DNS server, and connection, dns, incorrectResponse and tls stand in challenges
  assert.equal(seen.size, 20);
});

test('identifiers stand in subproblems only', () => {
  const identifier = { type: 'dns', value: 'a.example' };
  const one: AcmeProblem = { type: 'caa', reason: 'caa', detail: 'No.', identifier };
  const shown = { type: 'urn:ietf:params:acme:error:caa', detail: 'No.', reason: 'caa' };
  assert.deepEqual(problemDocument({ ...one, subproblems: [one] }), {
    ...shown,
    subproblems: [{ ...shown, identifier }],
  });
});
