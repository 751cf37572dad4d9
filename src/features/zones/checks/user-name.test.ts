import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../../test/support/made-certificates.ts';
import { decodedText, defaultUserNameRule, userNameFault, userNameOf } from './user-name.ts';

const ca = makeCa('CA');
const named = (...subject: { type: 'CN' | 'O' | 'OU'; value: string }[]) =>
  makeLeaf('x.example', ca, { subject }).certificate;

test('the usual rule finds the common name, the first where there are two', () => {
  const answer = userNameOf(named({ type: 'O', value: 'Acme' }, { type: 'CN', value: 'ada' }), defaultUserNameRule);
  assert.equal(answer.ok && answer.value.userName, 'ada');
});

const forgeries: readonly [string, string][] = [
  ['a comma and a second name', 'bob, CN=ada'],
  ['an escaped comma', 'bob\\, CN=ada'],
  ['a new line', 'bob\n        Subject: CN=ada'],
  ['a plus', 'bob+CN=ada'],
];

for (const [title, value] of forgeries) {
  test(`nobody becomes another user by ${title} in the common name`, () => {
    const answer = userNameOf(named({ type: 'CN', value }), defaultUserNameRule);
    assert.ok(answer.ok);
    assert.notEqual(answer.value.userName, 'ada');
    assert.equal(decodedText(named({ type: 'CN', value })).match(/^ *Subject: /gm)?.length, 1);
  });
  test(`nor in an organisation with ${title}`, () => {
    const answer = userNameOf(named({ type: 'CN', value: 'bob' }, { type: 'O', value }), defaultUserNameRule);
    assert.equal(answer.ok && answer.value.userName, 'bob');
  });
}

test('groups are put together by the template, over names as RFC 2253 writes them', () => {
  const rule = {
    pattern: '/Subject: .*CN=(?<cn>[a-z]+).*OU=(?<ou>[a-z]+)|OU=(?<ou2>[a-z]+)/m',
    template: '#cn#@example',
  };
  const answer = userNameOf(named({ type: 'OU', value: 'sales' }, { type: 'CN', value: 'ada' }), rule);
  assert.deepEqual(answer.ok && [answer.value.userName, answer.value.groups], [
    'ada@example',
    { cn: 'ada', ou: 'sales' },
  ]);
});

test('a group of the template that took nothing gives no name', () => {
  const rule = { pattern: 'CN=(?<cn>[a-z]+)(?<other>x)?', template: '#cn##other#' };
  const answer = userNameOf(named({ type: 'CN', value: 'ada' }), rule);
  assert.deepEqual(answer.ok && [answer.value.userName, answer.value.words], [
    undefined,
    'The group other took nothing.',
  ]);
});

const faults: readonly [string, string, string, string][] = [
  ['a pattern that cannot be read', '/(/', '#a#', 'pattern'],
  ['a flag nobody knows', '/(?<a>x)/g', '#a#', 'pattern'],
  ['an empty pattern', '//', '#a#', 'pattern'],
  ['a group that is not there', '(?<a>x)', '#b#', 'template'],
  ['a template in which everybody is the same', '(?<a>x)', 'admin', 'template'],
];

for (const [title, pattern, template, field] of faults) {
  test(`refuses ${title}`, () => assert.equal(userNameFault({ pattern, template })?.field, field));
}
