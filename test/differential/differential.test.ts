import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needs } from '../support/needs.ts';
import { divergences } from './divergences.ts';
import { runDifferential } from './run-differential.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/divergences.md'), 'utf8');

test('our engine and openssl verify agree on generated chains, or differ for a known reason', {
  skip: needs('openssl'),
}, async (t) => {
  const figures = await runDifferential({ seed: 20_261, chains: 400 });
  const { chains, bothAccept, bothRefuse, explained, unexplained } = figures;
  t.diagnostic(
    `seed 20261: ${chains} chains, ${bothAccept} accepted, ${bothRefuse} refused by both, ${JSON.stringify(explained)}`,
  );
  assert.deepEqual(unexplained, []);
  // a generator that makes only good or only bad chains would prove nothing
  assert.ok(bothAccept > chains / 5 && bothRefuse > chains / 5);
});

test('every known reason is explained in docs/divergences.md, and nothing else is', () => {
  const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (Tollgate|OpenSSL) \|/gm)];
  const written = rows.map(([, name, side]) => [name, side === 'Tollgate' ? 'ours' : 'openssl']);
  const known = Object.entries(divergences).map(([name, { accepts }]) => [name, accepts]);
  assert.deepEqual(written.sort(), known.sort());
});
