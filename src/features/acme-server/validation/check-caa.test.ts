import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaaRecord } from '../../../pki/caa/caa-rules.ts';
import { checkCaa } from './check-caa.ts';

const ours = { domains: ['ca.test', 'ca2.test'], isAccount: async () => false };
const issue = (value: string): CaaRecord => ({ flags: 0, tag: 'issue', value });

test('the nearest name with records decides, a server that does not tell is no name without them', async () => {
  const records: Readonly<Record<string, readonly CaaRecord[]>> = {
    'b.example.test': [issue('ca.test')],
    'example.test': [issue('other.test')],
  };
  const asked: string[] = [];
  const names = {
    caa: async (name: string): Promise<readonly CaaRecord[]> => {
      asked.push(name);
      if (name === 'down.test') throw Object.assign(new Error('failed'), { code: 'ESERVFAIL' });
      const found = records[name];
      if (found === undefined) throw Object.assign(new Error('none'), { code: 'ENODATA' });
      return found;
    },
  };
  const check = (...values: string[]) =>
    checkCaa(
      values.map((value) => ({ identifier: { type: 'dns', value }, method: 'dns-01' }) as const),
      names,
      ours,
    );
  assert.deepEqual(await check('a.b.example.test', 'free.test'), []);
  assert.deepEqual(asked.sort(), ['a.b.example.test', 'b.example.test', 'free.test', 'test']);
  const [refused, failed] = await check('a.example.test', 'x.down.test', '*.b.example.test');
  assert.equal(refused?.type, 'caa');
  assert.equal(
    refused?.detail,
    'a.example.test: example.test has CAA records that do not name this CA: 0 issue "other.test".',
  );
  assert.deepEqual([failed?.type, failed?.reason], ['dns', 'caa-lookup']);
  assert.match(failed?.detail ?? '', /ESERVFAIL/);
});
