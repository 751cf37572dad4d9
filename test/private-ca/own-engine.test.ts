/** What the private CA issues and publishes, before our own engine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/features/verification/decide.ts';
import { readChain, readQuestion } from '../../src/features/verification/question.ts';
import { trustOf } from '../../src/features/verification/trust.ts';
import { buildOcspRequest } from '../../src/pki/ocsp/build-ocsp-request.ts';
import { serveCa } from './served-ca.ts';

for (const algorithm of ['rsa-2048', 'ec-p256', 'ml-dsa-65'] as const) {
  test(`Our engine accepts certificates, CRLs and OCSP answers of ${algorithm}`, async (t) => {
    const served = await serveCa(t, { algorithm, partitions: 2 });
    const { read, base, good, revoked, root, intermediate } = served;
    const file = (name: string, content: Uint8Array = read(name)) => ({ name, content });
    const answers = async (leaf: typeof good) => {
      const ask = (certificate: typeof good.parsed, issuer: typeof good.parsed) =>
        posted(base, buildOcspRequest({ certificate, issuer }));
      return [
        file('leaf answer', await ask(leaf.parsed, intermediate.certificate!)),
        file('intermediate answer', await ask(intermediate.certificate!, root.certificate!)),
      ];
    };
    const judged = (leaf: 'good' | 'revoked', evidence: Partial<Parameters<typeof readQuestion>[0]>) =>
      decide(
        {
          chain: readChain([file(`${leaf}.pem`)]),
          time: Date.now(),
          ...readQuestion({
            purpose: 'https-server',
            names: [`${leaf}.example.com`],
            untrusted: [file('inter.pem')],
            whenUnknown: 'revoked',
            ...evidence,
          }),
          trust: trustOf([root.certificate!], 'the root'),
        },
        { monotonic: () => performance.now() },
      );
    const full = [file('root.crl'), file('inter.crl')];
    const parts = [file('root.crl')];
    for (const part of [1, 2]) {
      const response = await fetch(`${base}/crl/${intermediate.id}/${part}.crl`);
      parts.push(file(`part ${part}`, new Uint8Array(await response.arrayBuffer())));
    }
    for (const crls of [full, parts]) {
      const accepted = judged('good', { crls });
      assert.equal(accepted.accepted, true, accepted.words);
      assert.match(judged('revoked', { crls }).code, /revoked/);
    }
    const accepted = judged('good', { ocsp: await answers(good) });
    assert.equal(accepted.accepted, true, accepted.words);
    assert.match(judged('revoked', { ocsp: await answers(revoked) }).code, /revoked/);
  });
}

async function posted(base: string, request: Uint8Array): Promise<Uint8Array> {
  const headers = { 'content-type': 'application/ocsp-request' };
  const response = await fetch(`${base}/ocsp`, { method: 'POST', body: request, headers });
  return new Uint8Array(await response.arrayBuffer());
}
