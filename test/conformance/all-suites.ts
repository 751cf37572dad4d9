/** Finds the suites in files and folders of outside vectors, by file name, and the exceptions we hold to be right. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type NameTest, nameMatchSuite, type SignatureTest, signatureSuite } from './boringssl.ts';
import { boringsslChainSuite, type ChainTest } from './boringssl-chain.ts';
import { boringsslParseSuite, type DerTest } from './boringssl-parse.ts';
import { boringsslCrlSuite, boringsslOcspSuite, type CrlTest, type OcspTest } from './boringssl-revocation.ts';
import { type LimboCase, limboSuite } from './limbo.ts';
import { type OpensslTest, opensslSuite } from './openssl.ts';
import { type ParseTest, parseSuite } from './parse.ts';
import { pkitsSuite } from './pkits.ts';
import type { Exception, Suite } from './suite.ts';
import { readJson } from './vectors.ts';
import { type WycheproofFile, wycheproofSuite } from './wycheproof.ts';

/** Every suite in these files and folders; files that hold none are passed over. */
export function allSuites(paths: readonly string[]): readonly Suite[] {
  return paths.flatMap((path) => filesOf(path)).flatMap((file) => suitesOf(file));
}

/** The cases of a suite whose answer we hold to be wrong, or cannot give. */
export function exceptionsOf(suite: string): readonly Exception[] {
  const file = new URL(`exceptions/${suite}.json`, import.meta.url);
  return existsSync(file) ? readJson<Exception[]>(file.pathname) : [];
}

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
