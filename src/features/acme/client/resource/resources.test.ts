import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeCa, makeLeaf } from '../../../../../test/support/made-certificates.ts';
import type { Certificate } from '../../../../pki/certificate/certificate.ts';
import { AcmeProblem } from '../acme-problem.ts';
import { readAccount } from './account.ts';
import { readAuthorization, readChallenge } from './authorization.ts';
import { readDirectory } from './directory.ts';
import { parseIdentifier, readIdentifier } from './identifier.ts';
import { readObject } from './json-value.ts';
import { readOrder } from './order.ts';
import { problemText, readProblemDocument } from './problem-document.ts';
import { ariCertificateId, readRenewalInfo } from './renewal-info.ts';

const readers: readonly ((object: Readonly<Record<string, unknown>>) => unknown)[] = [
  readDirectory,
  (object) => readAccount(object, 'u'),
  (object) => readOrder(object, 'u'),
  (object) => readAuthorization(object, 'u'),
  readChallenge,
  readRenewalInfo,
  readProblemDocument,
];

const members = [
  ...[
    'status',
    'identifiers',
    'authorizations',
    'finalize',
    'certificate',
    'expires',
    'error',
    'type',
    'value',
    'url',
    'token',
  ],
  ...[
    'challenges',
    'identifier',
    'wildcard',
    'newNonce',
    'newOrder',
    'newAccount',
    'meta',
    'profiles',
    'suggestedWindow',
  ],
  ...['start', 'end', 'contact', 'subproblems', 'detail', '__proto__', 'constructor', 'caaIdentities'],
];

test('whatever JSON a server sends is read, or refused as an answer that is not understood', () => {
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.string(),
      fc.constantFrom('valid', 'pending', 'dns', 'http-01', '2030-01-01T00:00:00Z'),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    ),
    tree: fc.oneof(
      { maxDepth: 4 },
      tie('leaf'),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...members), tie('tree'), { maxKeys: 8 }),
    ),
  }));
  const object = fc.dictionary(fc.constantFrom(...members), tree, { maxKeys: 12 });
  fc.assert(
    fc.property(object, (value) => {
      const sent = readObject(Buffer.from(JSON.stringify(value)), 'It');
      for (const read of readers) {
        try {
          JSON.stringify(read(sent));
        } catch (error) {
          assert.ok(error instanceof AcmeProblem && error.code === 'acme.answer', String(error));
        }
      }
      assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    }),
    { numRuns: 500 },
  );
});

test('names are brought to one form, and what is no name is none', () => {
  assert.deepEqual(parseIdentifier('WWW.Example.COM'), { type: 'dns', value: 'www.example.com' });
  assert.deepEqual(parseIdentifier('*.example.com'), { type: 'dns', value: '*.example.com' });
  assert.deepEqual(parseIdentifier('2001:DB8:0:0::1'), { type: 'ip', value: '2001:db8::1' });
  assert.deepEqual(parseIdentifier('192.0.2.1'), { type: 'ip', value: '192.0.2.1' });
  for (const wrong of [
    '',
    'a b.com',
    '*.*.com',
    'a.*.com',
    '$(id).com',
    'a/b.com',
    '1.2.3',
    '1.2.3.4.5',
    '-a.com',
    'a..com',
    'exämple.com',
    'host',
  ])
    assert.equal(parseIdentifier(wrong), undefined, wrong);
  assert.equal(readIdentifier({ type: 'ip', value: 'www.example.com' }), undefined);
  assert.equal(readIdentifier({ type: 'dns', value: '../../etc' }), undefined);
  assert.deepEqual(readIdentifier({ type: 'dns', value: 'host' }), { type: 'dns', value: 'host' });
});

test('a problem document is read one level deep, its kind one of a closed set', () => {
  const document = readProblemDocument(
    {
      type: 'urn:ietf:params:acme:error:compound',
      detail: 'several\u202e\r\nthings',
      subproblems: [
        { type: 'urn:ietf:params:acme:error:caa', detail: 'no', identifier: { type: 'dns', value: 'a.example.com' } },
        { type: 'about:blank', subproblems: [{ type: 'urn:ietf:params:acme:error:dns' }] },
        7,
      ],
    },
    403,
  );
  assert.equal(document.type, 'compound');
  assert.equal(document.subproblems.length, 2);
  assert.deepEqual(document.subproblems[1], { type: 'other', status: 0, detail: '', subproblems: [] });
  assert.equal(problemText(document), 'several\\u{202e}\\x0d\\x0athings (a.example.com: no; other)');
});

test('a link that leads to a program or a file is left out of the directory', () => {
  const urls = Object.fromEntries(
    ['newNonce', 'newAccount', 'newOrder', 'revokeCert', 'keyChange'].map((name) => [name, 'https://ca.example.com/x']),
  );
  const directory = readDirectory({
    ...urls,
    meta: {
      termsOfService: 'javascript:alert(1)',
      website: 'https://ca.example.com/',
      externalAccountRequired: 'yes',
      profiles: { classic: 'usual', __proto__: 'x', 'a b': 'x', '$(id)': 'x' },
      caaIdentities: ['ca.example.com', 'a\r\nb'],
    },
  });
  assert.equal(directory.terms, undefined);
  assert.equal(directory.website, 'https://ca.example.com/');
  assert.equal(directory.externalAccountRequired, false);
  assert.deepEqual(directory.profiles, { classic: 'usual' });
  assert.deepEqual(directory.caaIdentities, ['ca.example.com', 'a\\x0d\\x0ab']);
});

test('certificates are named to the CA as the example of RFC 9773 4.1 shows', () => {
  const keyId = Buffer.from('69885b6b87464041e1b37b847ba0ae2cde01c8d4', 'hex');
  const serial = Buffer.from('0087654321', 'hex');
  const example = { authorityKeyIdentifier: { keyId }, serial } as unknown as Certificate;
  assert.equal(ariCertificateId(example), 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
  const ca = makeCa('CA');
  assert.match(ariCertificateId(makeLeaf('a.example.com', ca).certificate) ?? '', /^[\w-]{27}\.[\w-]{22,}$/);
  assert.equal(ariCertificateId(makeCa('without').certificate), undefined);
});
