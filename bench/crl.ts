/**
 * `npm run bench -- crl FILE.der ISSUER.der FILE.queries SECONDS`: CPU time from the bytes of a CRL on disk to the first
 * verified answer, then look-ups per CPU-second. Queries are serial numbers of 16 octets, every other one listed. One
 * JSON line.
 */
import { readFileSync } from 'node:fs';
import { parseCertificate } from '../src/pki/certificate/certificate.ts';
import { verifySignedBy } from '../src/pki/certificate/verify-signature.ts';
import { parseCrl } from '../src/pki/crl/crl.ts';
import { indexCrl } from '../src/pki/crl/crl-index.ts';

const [crlFile = '', issuerFile = '', queriesFile = '', seconds = '1'] = process.argv.slice(2);
if (queriesFile === '') {
  console.error('usage: npm run -s bench -- crl FILE.der ISSUER.der FILE.queries SECONDS');
  process.exit(2);
}
const began = performance.now();
const cpuBegan = process.cpuUsage();

const crl = taken(parseCrl(readFileSync(crlFile), { deferEntries: true }));
const parsed = performance.now();
const issuer = taken(parseCertificate(readFileSync(issuerFile), { deferExtensions: true }));
if (!verifySignedBy(crl, issuer.publicKey)) throw new Error('the signature is not the issuer’s');
const verified = performance.now();
const index = taken(indexCrl(crl));
const queries = readFileSync(queriesFile);
const first = look(0);
if (first === 0) throw new Error('the first query is not listed');
index.entryAt(first);
const answered = performance.now();
const firstCpu = cpuMs(cpuBegan);

let looked = 0;
let listed = 0;
const lookBegan = performance.now();
const lookCpuBegan = process.cpuUsage();
while (performance.now() - lookBegan < Number(seconds) * 1000) {
  for (let i = 0; i < 1000; i++) if (look(16 * (looked++ % 20_000)) !== 0) listed++;
}
const lookCpu = cpuMs(lookCpuBegan);
const rss = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
console.log(
  JSON.stringify({
    first_ms: answered - began,
    first_cpu_ms: firstCpu,
    parse_ms: parsed - began,
    verify_ms: verified - parsed,
    index_ms: answered - verified,
    lookups_cpu: Math.round(looked / (lookCpu / 1000)),
    hit: listed / looked,
    rss_mb: Number(rss) / 1024,
  }),
);

/** A number whose first bit is set has one more content octet in DER. */
function look(offset: number): number {
  if (queries[offset]! < 0x80) return index.find(queries, offset, offset + 16);
  return index.find(Uint8Array.of(0, ...queries.subarray(offset, offset + 16)));
}

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function taken<T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
