/** The lists in the documentation are the lists in the program. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bundledRoots } from '../../src/features/trusted-ca/seed.ts';
import { toHex } from '../../src/lib/bytes.ts';
import { fingerprint } from '../../src/pki/certificate/certificate.ts';
import { sources } from '../layout/sources.ts';

test('docs/trusted-ca.md names every bundled public root and no other', () => {
  const page = readFileSync('docs/trusted-ca.md', 'utf8');
  const named = [...page.matchAll(/\| \d{4}-\d\d-\d\d \| `([0-9a-f]{16})` \|/g)].map(([, print]) => print ?? '');
  const bundled = bundledRoots().map((der) => toHex(fingerprint(der)).slice(0, 16));
  assert.deepEqual(named.sort(), bundled.sort());
});

test('docs/alarms.md names every condition that can become an alarm and no other', () => {
  const page = readFileSync('docs/alarms.md', 'utf8');
  const table = page.slice(page.indexOf('| alarm | severity'));
  const named = [...table.matchAll(/`([a-z-]+\.[a-z0-9-]+)`/g)].map(([, code]) => code ?? '');
  const raised = sources('src/features')
    .filter(({ path }) => /\/(conditions|flags)\.ts$/.test(path))
    .flatMap(({ text }) =>
      [
        ...text.matchAll(
          /'((?:acme|acme-server|private-ca|settings|identity|trusted-ca|revocation|zones)\.[a-z0-9-]+)'/g,
        ),
      ].map(([, code]) => code ?? ''),
    );
  assert.deepEqual([...new Set(named)].sort(), [...new Set(raised)].sort());
});
