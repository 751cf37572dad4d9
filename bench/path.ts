/**
 * `npm run -s bench -- path PKIDIR parse|noparse|warm|known SECONDS`: verifications per second of leaf, intermediate and
 * one of a thousand roots with every rule of RFC 5280 and a name check. One JSON line.
 *
 * parse: both certificates parsed and both signatures checked each time. noparse: parsed before. warm: intermediates
 * remembered by their bytes, as an edge does, and their signatures too. known: all signatures remembered, every other rule applied again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certificate, parseCertificate } from '../src/pki/certificate/certificate.ts';
import { matchName } from '../src/pki/name/match-name.ts';
import { ByteMemory } from '../src/pki/path/byte-memory.ts';
import { rfc5280 } from '../src/pki/path/profile.ts';
import { reject } from '../src/pki/path/rejection.ts';
import { SignatureMemory } from '../src/pki/path/signature-memory.ts';
import { TrustStore } from '../src/pki/path/trust-store.ts';
import { verifyPath } from '../src/pki/path/verify-path.ts';
import { frames, peakMemory } from './support/measure.ts';

const modes = { parse: 'none', noparse: 'none', warm: 'issuers', known: 'all' } as const;
const [folder = '', mode = 'parse', seconds = '1.5'] = process.argv.slice(2);
if (!(mode in modes) || folder === '') {
  console.error('usage: npm run -s bench -- path PKIDIR parse|noparse|warm|known SECONDS');
  process.exit(2);
}

const leaves = frames(join(folder, 'leaves.bin'));
const intermediate = readFileSync(join(folder, 'inter.der'));
const began = performance.now();
const trust = new TrustStore(frames(join(folder, 'store.bin')).map((der) => parsed(der)));
const loadMs = performance.now() - began;
const ready = leaves.map((der) => parsed(der));
const readyIntermediate = parsed(intermediate);
const memory = new SignatureMemory({ signatures: modes[mode as keyof typeof modes] });
const references = leaves.map(
  (_, i) => ({ kind: 'dns', host: `host${String(i).padStart(4, '0')}.bench.test` }) as const,
);
const nameRules = { wildcards: true, commonName: false };
const time = Date.now();
const extendedKeyUsages = ['1.3.6.1.5.5.7.3.2'];
const parses = mode === 'parse' || mode === 'warm';
const remembered = new ByteMemory<Certificate>(256);
if (mode === 'warm') remembered.set(intermediate, readyIntermediate);

// warm is who has worked for three seconds, however busy the machine
for (let warm = 0; warm < 3; ) warm += measureFor(0.5).cpu;
const { count, wall, cpu } = measureFor(Number(seconds));
const line = {
  ops_s: Math.round(count / wall),
  ops_cpu: Math.round(count / cpu),
  load_ms: Number(loadMs.toFixed(1)),
  rss_mb: peakMemory(),
};
console.log(JSON.stringify(line));

function measureFor(duration: number): { readonly count: number; readonly wall: number; readonly cpu: number } {
  const from = performance.now();
  const used = process.cpuUsage();
  let count = 0;
  while (performance.now() - from < duration * 1000) for (let i = 0; i < 20; i++) verify(count++ % leaves.length);
  const { user, system } = process.cpuUsage(used);
  return { count, wall: (performance.now() - from) / 1000, cpu: (user + system) / 1e6 };
}

function verify(i: number): void {
  const leaf = parses ? parsed(leaves[i]!) : ready[i]!;
  const result = verifyPath({
    leaf,
    intermediates: [parses ? (remembered.get(intermediate) ?? parsed(intermediate)) : readyIntermediate],
    trust,
    time,
    profile: rfc5280,
    extendedKeyUsages,
    keyUsages: ['digitalSignature'],
    memory,
    checkLeaf: (c) =>
      matchName(c, references[i]!, nameRules).matched === undefined
        ? reject('path.name-mismatch', 'wrong name', c)
        : undefined,
  });
  if (!result.accepted) throw new Error(result.rejection.message);
}

function parsed(der: Uint8Array): Certificate {
  const result = parseCertificate(der, { deferExtensions: true });
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
