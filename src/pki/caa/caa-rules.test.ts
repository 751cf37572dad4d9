import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CaaQuestion, type CaaRecord, caaRefusal } from './caa-rules.ts';

const account = 'https://ca.test/acme/default/account/1';
const question: CaaQuestion = {
  domains: ['ca.test', 'ca2.test'],
  wildcard: false,
  method: 'dns-01',
  isAccount: async (uri) => uri === account,
};
const issue = (value: string, tag = 'issue', flags = 0): CaaRecord => ({ flags, tag, value });
const forbidden = async (records: readonly CaaRecord[], over: Partial<CaaQuestion> = {}) =>
  (await caaRefusal(records, { ...question, ...over })) !== undefined;

test('a property lets in who it names, in every spelling of the grammar, and malformed ones let in nobody', async () => {
  for (const value of ['ca.test', 'CA.Test', ' \tca.test ', 'ca2.test;', 'ca.test ; ', 'ca.test; policy=x;other=y'])
    assert.equal(await forbidden([issue(value)]), false, value);
  for (const value of [
    ...['', ';', ' ; ', 'other.test', 'a.ca.test', 'ca.test.', 'ca test', 'ca_.test', '-ca.test', '%%%%'],
    ...[
      'ca.test; policy',
      'ca.test;;',
      'ca.test; a=b;',
      'ca.test; =b',
      'ca.test; a=b c',
      'ca.test; ä=b',
      'ca.test a=b',
    ],
  ])
    assert.equal(await forbidden([issue(value)]), true, value);
  assert.equal(await forbidden([issue(';'), issue('other.test'), issue('ca.test')]), false);
  assert.equal(await forbidden([issue('ca.test', 'issue'), issue('other.test', 'issue')]), false);
});

test('wildcards go by issuewild where there is one, other names never do', async () => {
  const both = [issue('ca.test'), issue(';', 'issuewild')];
  assert.equal(await forbidden(both), false);
  assert.equal(await forbidden(both, { wildcard: true }), true);
  assert.equal(await forbidden([issue(';', 'issuewild')]), false);
  assert.equal(await forbidden([issue(';'), issue('ca.test', 'issuewild')], { wildcard: true }), false);
  assert.equal(await forbidden([issue('other.test')], { wildcard: true }), true);
});

test('records that say nothing about issuing forbid nothing, unless they are critical and unknown', async () => {
  assert.equal(await forbidden([issue('mailto:a@example.test', 'iodef', 128), issue(';', 'issuemail', 128)]), false);
  assert.equal(await forbidden([issue('x', 'tbs')]), false);
  assert.equal(await forbidden([issue('ca.test'), issue('x', 'tbs', 128)]), true);
  assert.equal(await forbidden([issue('ca.test'), issue('x', '', 128)]), true);
});

test('a property for an account or for challenges is for no other', async () => {
  assert.equal(await forbidden([issue(`ca.test; accounturi=${account}`)]), false);
  assert.equal(await forbidden([issue(`ca.test; AccountURI = ${account}`)]), false);
  for (const parameters of [
    `accounturi=${account}2`,
    `accounturi=`,
    `accounturi=${account}; accounturi=${account}`,
    'validationmethods=http-01',
    'validationmethods=',
    'validationmethods=dns-01; validationmethods=dns-01',
    `accounturi=${account}; validationmethods=http-01`,
  ])
    assert.equal(await forbidden([issue(`ca.test; ${parameters}`)]), true, parameters);
  assert.equal(await forbidden([issue('ca.test; validationmethods=http-01,dns-01')]), false);
  const words = await caaRefusal([issue('ca.test; validationmethods=http-01')], question);
  assert.match(words ?? '', /another account or challenge: 0 issue "ca\.test; validationmethods=http-01"/);
});
