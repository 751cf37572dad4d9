/** What the product stands on: every package of the production tree is known and justified. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>;

test('the production tree holds at most sixty packages and none that signs or parses certificates', () => {
  const production = Object.entries(lock.packages).filter(
    ([path, p]) => path.startsWith('node_modules/') && p.dev !== true && p.link !== true,
  );
  assert.ok(production.length <= 60, `${production.length} packages`);
  const banned = /node-forge|jsrsasign|elliptic|acme-client|ldapjs|asn1js|pkijs|@peculiar/;
  assert.deepEqual(
    production.map(([path]) => path).filter((path) => banned.test(path)),
    [],
  );
});

test('every package is locked by its digest, at an exact version', () => {
  const loose = Object.entries(lock.packages).filter(
    ([path, p]) => path.includes('node_modules/') && p.link !== true && p.integrity === undefined,
  );
  assert.deepEqual(
    loose.map(([path]) => path),
    [],
  );
  for (const kind of ['dependencies', 'optionalDependencies', 'devDependencies']) {
    for (const [name, version] of Object.entries(manifest[kind] ?? {}))
      assert.match(version, /^(npm:[a-z-]+@)?\d+\.\d+\.\d+$/, name);
  }
});

test('every direct dependency is justified in the decisions', () => {
  const text = readFileSync('docs/decisions/002-dependencies.md', 'utf8');
  const web = JSON.parse(readFileSync('web/package.json', 'utf8')) as Record<string, Record<string, string>>;
  const names = [
    manifest['dependencies'],
    manifest['optionalDependencies'],
    manifest['devDependencies'],
    web['devDependencies'],
  ].flatMap((group) => Object.keys(group ?? {}));
  assert.deepEqual(
    names.filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});
