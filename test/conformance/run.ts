/** `npm run conformance -- PATH…`: runs outside test vectors through the engine and says where it differs. */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type NameTest, nameMatchSuite, type SignatureTest, signatureSuite } from './boringssl.ts';
import { boringsslChainSuite, type ChainTest } from './boringssl-chain.ts';
import { boringsslParseSuite, type DerTest } from './boringssl-parse.ts';
import { boringsslCrlSuite, boringsslOcspSuite, type CrlTest, type OcspTest } from './boringssl-revocation.ts';
import { type LimboCase, limboSuite } from './limbo.ts';
import { type OpensslTest, opensslSuite } from './openssl.ts';
import { type ParseTest, parseSuite } from './parse.ts';
import { pkitsSuite } from './pkits.ts';
import { type CaseResult, type Control, type Exception, runSuite, type Suite } from './suite.ts';
import { readJson, vectorsFolder } from './vectors.ts';
import { type WycheproofFile, wycheproofSuite } from './wycheproof.ts';

const args = process.argv.slice(2);
const jsonAt = args.indexOf('--json');
const jsonPath = jsonAt < 0 ? undefined : args.splice(jsonAt, 2)[1];
const controlAt = args.indexOf('--control');
const control = (controlAt < 0 ? 'none' : (args.splice(controlAt, 2)[1] ?? 'none')) as Control;

const paths = args.length > 0 ? args : [vectorsFolder];
const results = paths
  .flatMap((path) => filesOf(path))
  .flatMap((file) => suitesOf(file))
  .flatMap((suite) => runSuite(suite, exceptionsOf(suite.name), control));

for (const { suite, id, expected, actual, code, message, verdict } of results) {
  if (verdict === 'failed' || verdict === 'unexpected-success')
    console.log(
      `${verdict.toUpperCase()} ${suite} ${id}: expected ${expected}, got ${actual}${code ? ` (${code}${message ? `: ${message}` : ''})` : message ? ` (${message})` : ''}`,
    );
}
printTable(results);
const failed = results.filter((r) => r.verdict === 'failed' || r.verdict === 'unexpected-success').length;
const exceptions = results.filter((r) => r.verdict === 'exception').length;
if (exceptions > 0) console.log(`${exceptions} listed exceptions, counted apart (test/conformance/exceptions)`);
console.log(`${results.length - failed - exceptions} passed, ${failed} failed`);
if (jsonPath !== undefined) writeFileSync(jsonPath, JSON.stringify(results, null, 1));
process.exit(failed === 0 ? 0 : 1);

function filesOf(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)))
    .filter((file) => file.endsWith('.json'));
}

function suitesOf(file: string): readonly Suite[] {
  const name = basename(file);
  if (name.startsWith('limbo-') && name !== 'limbo-notes.json') {
    const suite = name.includes('bettertls') ? 'bettertls' : 'limbo';
    return [limboSuite(suite, readJson<{ testcases: LimboCase[] }>(file), Date.now())];
  }
  if (name === 'manifest.json') return [pkitsSuite(file)];
  if (name === 'chain.json') return [boringsslChainSuite(readJson<{ tests: ChainTest[] }>(file))];
  if (name === 'nameMatch.json') return [nameMatchSuite(readJson<{ tests: NameTest[] }>(file))];
  if (name === 'crl.json') return [boringsslCrlSuite(readJson<{ tests: CrlTest[] }>(file))];
  if (name === 'ocsp.json') return [boringsslOcspSuite(readJson<{ tests: OcspTest[] }>(file))];
  if (name === 'parse.json') return [boringsslParseSuite(readJson<{ tests: DerTest[] }>(file))];
  if (name === 'signature.json') return [signatureSuite(readJson<{ tests: SignatureTest[] }>(file))];
  if (name === 'verify.json') return [opensslSuite(readJson<{ tests: OpensslTest[] }>(file), Date.now())];
  if (name === 'certificates.json') return [parseSuite(readJson<{ tests: ParseTest[] }>(file))];
  const content = readJson<Partial<WycheproofFile>>(file);
  return content.testGroups === undefined
    ? []
    : [wycheproofSuite(name.replace(/_test\.json$/, ''), content as WycheproofFile)];
}

function exceptionsOf(suite: string): readonly Exception[] {
  const file = new URL(`exceptions/${suite}.json`, import.meta.url);
  return existsSync(file) ? readJson<Exception[]>(file.pathname) : [];
}

function printTable(all: readonly CaseResult[]): void {
  const rows = Map.groupBy(all, ({ suite, id }) => `${suite} ${namespaceOf(id)}`);
  console.log('suite and namespace                         positive right  negative right  exceptions');
  for (const [name, group] of [...rows].sort(([a], [b]) => a.localeCompare(b))) {
    const count = (list: readonly CaseResult[]) =>
      `${list.filter((r) => r.verdict === 'passed').length}/${list.length}`;
    const positive = group.filter((r) => ['accept', 'good', 'either'].includes(r.expected));
    const negative = group.filter((r) => !positive.includes(r));
    console.log(
      `${name.padEnd(42)} ${count(positive).padStart(15)} ${count(negative).padStart(15)} ${String(group.filter((r) => r.verdict === 'exception').length).padStart(11)}`,
    );
  }
}

function namespaceOf(id: string): string {
  const parts = id.split('::');
  return parts.length > 1
    ? parts.slice(0, Math.min(2, parts.length - 1)).join('::')
    : (/^\d+\.\d+/.exec(id)?.[0] ?? '');
}
