/**
 * `npm run -s bench -- issue PKIDIR CSR.der cert|known|csr|sign SECONDS`: in process, with `inter.key` of the fixtures.
 * `npm run -s bench -- issue PKIDIR CSR.der http SECONDS [CONNECTIONS]`: over HTTP, each certificate recorded on the
 * disk with its audit row before the answer. One JSON line.
 *
 * cert: parse and verify the request, check its key, apply the template, lint, sign. known: a key seen before. csr: write
 * and sign a request. sign: a bare signature. http: ops_cpu counts the processor time of the server.
 */
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { draftLeaf } from '../src/features/private-ca/issue/draft.ts';
import { LeafWriter } from '../src/features/private-ca/issue/leaf-writer.ts';
import { limitsOf } from '../src/features/private-ca/issue/limits.ts';
import { lint } from '../src/features/private-ca/issue/lint.ts';
import { builtInTemplates } from '../src/features/private-ca/template/built-in-templates.ts';
import { type Certificate, parseCertificate } from '../src/pki/certificate/certificate.ts';
import { buildCsr } from '../src/pki/csr/build.ts';
import type { PublicKeyInfo } from '../src/pki/key/public-key.ts';
import { ByteMemory } from '../src/pki/path/byte-memory.ts';
import { measureOverHttp } from './support/issue-over-http.ts';

const [folder = '', csrFile = '', mode = 'cert', seconds = '1', connections = '8'] = process.argv.slice(2);
if (csrFile === '') usage();
const csr = new Uint8Array(readFileSync(csrFile));
const duration = Number(seconds);

const modes: Readonly<Record<string, () => void>> = {
  cert: () => issue(new ByteMemory(1)),
  known: () => issue(known),
  csr: () => {
    const names = [{ kind: 'dns', value: 'a.bench.test' }] as const;
    const usage = { extendedKeyUsage: [], keyUsage: [], digest: 'sha256' } as const;
    buildCsr({ subject: [{ type: 'CN', value: 'a.bench.test' }], names, ...usage, key: ownKey });
  },
  sign: () => void sign('sha256', csr, issuerKey),
};

const issuer = parsed(readFileSync(join(folder, 'inter.der')));
const root = parsed(derOf(readFileSync(join(folder, 'root.pem'), 'utf8')));
const issuerKey = createPrivateKey(readFileSync(join(folder, 'inter.key')));
const ownKey = createPrivateKey(readFileSync(join(folder, 'client.key')));
const template = builtInTemplates.find(({ name }) => name === 'web-client-server')!;
const writer = new LeafWriter(issuer, template, {});
const issuers = [issuer, root];
const known = new ByteMemory<PublicKeyInfo>(512);

if (mode === 'http') console.log(JSON.stringify(await measureOverHttp(issuer, csr, duration, Number(connections))));
else console.log(JSON.stringify(measure(modes[mode] ?? usage())));

function issue(knownKeys: ByteMemory<PublicKeyInfo>): void {
  const limits = limitsOf(issuers);
  const draft = draftLeaf({ csr }, { template, issuers, limits, writer: () => writer, now: Date.now(), knownKeys });
  const looked = lint({ certificate: parsed(writer.unsigned(draft.tbs)), issuers });
  if (looked.some(({ severity }) => severity === 'error')) throw new Error(JSON.stringify(looked));
  if (writer.signedNow(draft.tbs, issuerKey).length < 300) throw new Error('too short');
}

/**
 * Measured by processor time, so that a busy machine measures the same, and once the just-in-time compiler has done its
 * work: before that, it takes up to a third of the processor time itself. It goes by the number of calls, so that slow
 * keys take longer to warm up: 15 seconds with RSA.
 */
function measure(work: () => void): { readonly ops_s: number; readonly ops_cpu: number } {
  for (let i = 0; i < 40_000; i++) work();
  const from = performance.now();
  const { count, cpu } = workFor(work, duration);
  return { ops_s: Math.round(count / ((performance.now() - from) / 1000)), ops_cpu: Math.round(count / cpu) };
}

/** Until so many seconds of processor time are used. */
function workFor(work: () => void, seconds: number): { readonly count: number; readonly cpu: number } {
  const used = process.cpuUsage();
  for (let count = 10; ; count += 10) {
    for (let i = 0; i < 10; i++) work();
    const { user, system } = process.cpuUsage(used);
    const cpu = (user + system) / 1e6;
    if (cpu >= seconds) return { count, cpu };
  }
}

function parsed(der: Uint8Array): Certificate {
  const result = parseCertificate(der);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function derOf(pem: string): Uint8Array {
  return new Uint8Array(Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64'));
}

function usage(): never {
  console.error('usage: npm run -s bench -- issue PKIDIR CSR.der cert|known|csr|sign|http SECONDS [CONNECTIONS]');
  return process.exit(2);
}
