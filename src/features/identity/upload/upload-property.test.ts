import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import {
  type IdentityGateway,
  type ProblemBody,
  startIdentityGateway,
} from '../../../../test/support/identity-gateway.ts';
import { certificateOf, makeLeaf } from '../../../../test/support/leaf.ts';
import { createOpensslCa, createOpensslPkcs12, openssl } from '../../../../test/support/openssl.ts';

let gateway: IdentityGateway;
let corpus: readonly Buffer[];
const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31);

before(async () => {
  gateway = await startIdentityGateway({ fqdn: 'gw1.example.com' });
  const ca = await createOpensslCa(join(gateway.folder, 'ca'), { name: 'Known CA' });
  const leaf = await ca.issue(['gw1.example.com']);
  const rsa = await makeLeaf(ca, { key: 'rsa-2048' });
  const p12 = await createOpensslPkcs12(gateway.folder, { ...leaf, password: 'x' });
  const p7 = await openssl(['crl2pkcs7', '-nocrl', '-certfile', ca.certificateFile]);
  const texts = [leaf.certificate, leaf.key, `${leaf.certificate}${leaf.key}${ca.certificate}`, rsa.key, p7];
  const binaries = [certificateOf(leaf.certificate).der, certificateOf(rsa.certificate).der, p12];
  corpus = [...texts.map((text) => Buffer.from(text)), ...binaries.map((bytes) => Buffer.from(bytes))];
});
after(() => gateway.close());

type Edit =
  | { readonly kind: 'set' | 'insert'; readonly at: number; readonly octet: number }
  | { readonly kind: 'cut' | 'end' | 'repeat'; readonly at: number; readonly length: number };

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constantFrom('set', 'insert'), at: place, octet: fc.nat(255) }),
  fc.record({ kind: fc.constantFrom('cut', 'end', 'repeat'), at: place, length: fc.integer({ min: 1, max: 400 }) }),
);

function edited(original: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce((bytes, change) => {
    const at = Math.floor(change.at * bytes.length);
    switch (change.kind) {
      case 'set':
        return Buffer.concat([bytes.subarray(0, at), Buffer.of(change.octet), bytes.subarray(at + 1)]);
      case 'insert':
        return Buffer.concat([bytes.subarray(0, at), Buffer.of(change.octet), bytes.subarray(at)]);
      case 'cut':
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + change.length)]);
      case 'end':
        return bytes.subarray(0, at);
      default:
        return Buffer.concat([bytes.subarray(0, at + change.length), bytes.subarray(at)]);
    }
  }, original);
}

const mutated = fc
  .tuple(fc.nat(), fc.array(edit, { minLength: 1, maxLength: 6 }))
  .map(([pick, edits]) => edited(corpus[pick % corpus.length] ?? Buffer.alloc(0), edits));
const noise = fc.oneof(
  fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
  fc
    .uint8Array({ maxLength: 300 })
    .map((bytes) =>
      Buffer.from(`-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes).toString('base64')}\n-----END CERTIFICATE-----\n`),
    ),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.of(0x30, 0x82, 0x01, 0x00), bytes])),
);

test('2,400 mutated and random files: no crash, no hang, no change, and an error that says what and where', async (t) => {
  t.diagnostic(`seed ${seed}`);
  const before = await gateway.state();
  let files = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ arbitrary: mutated, weight: 3 }, noise), { minLength: 1, maxLength: 2 }),
      async (uploads) => {
        files += uploads.length;
        const started = process.cpuUsage();
        const answer = await gateway.call('POST', '/identities/server/uploads', {
          files: uploads.map((bytes) => ({ content: bytes.toString('base64') })),
        });
        const { user, system } = process.cpuUsage(started);
        assert.ok(user + system < 1_000_000, 'answered within a second of processor time');
        if (answer.status === 201) return;
        assert.equal(answer.status, 422, answer.text);
        const problem = answer.json as ProblemBody;
        assert.equal(problem.title, 'File upload failed.');
        assert.ok(problem.detail.length > 0 && problem.detail.length < 4096, problem.detail);
        assert.ok(!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(problem.detail));
        for (const error of problem.errors ?? []) {
          assert.ok(error.hint, error.code);
          if (error.code === 'identity.unreadable') assert.match(error.detail, /octet \d+|certificate/);
        }
      },
    ),
    { numRuns: 2400, seed, endOnFailure: true },
  );
  assert.ok(files >= 2400);
  assert.equal(await gateway.state(), before);
});
