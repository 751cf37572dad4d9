/** The ACME clients of Debian against a gateway with a private CA, each by its documented command line. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { mayNotRunInside, runInside } from '../../scripts/demo/namespace.ts';
import { needs } from '../support/needs.ts';
import type { ClientResult } from './stage.ts';

const skip =
  needs('unshare', 'ip', 'certbot', 'lego', 'uacme', 'dehydrated', 'caddy', 'pebble-challtestsrv', 'curl') ||
  mayNotRunInside();

interface Outcome {
  readonly results: readonly ClientResult[];
  readonly orders: { readonly orders: readonly { readonly status: string; readonly error: unknown }[] };
  readonly log: string;
}

const folder = mkdtempSync(join(tmpdir(), 'tollgate-clients-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const status = skip === false ? runInside(join(import.meta.dirname, 'stage.ts'), folder) : 0;
if (status !== 0) throw new Error('the stage did not get to its end');
const outcome =
  skip === false && status === 0
    ? (JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Outcome)
    : undefined;

/** What each did at least. */
const expected: Readonly<Record<string, readonly string[]>> = {
  certbot: ['enrolled', 'renewed', 'revoked', 'changed its account', 'ended its account'],
  'certbot by DNS': ['enrolled', 'renewed'],
  lego: ['enrolled', 'renewed', 'enrolled', 'renewed', 'revoked'],
  uacme: ['enrolled', 'renewed', 'rolled its account key over', 'revoked', 'ended its account'],
  dehydrated: ['enrolled', 'renewed', 'revoked'],
  caddy: ['enrolled', 'renewed'],
};

for (const [name, steps] of Object.entries(expected))
  test(`${name} enrols and renews unchanged`, { skip }, () => {
    const result = outcome?.results.find((one) => one.name === name);
    assert.equal(result?.failure, undefined);
    assert.deepEqual(result?.done, steps);
  });

test('no order of theirs failed, and the gateway had no fault', { skip }, () => {
  assert.deepEqual(
    outcome?.orders.orders.filter(({ error }) => error !== null),
    [],
  );
  const lines = (outcome?.log ?? '').split('\n').filter((line) => /"level":"error","name":"administration"/.test(line));
  assert.deepEqual(lines, []);
});
