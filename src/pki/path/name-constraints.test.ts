import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf, sharedKey } from '../../../test/support/made-certificates.ts';
import { verdict, verify } from '../../../test/support/verified.ts';
import type { NameSubtree } from '../certificate/build-extensions.ts';
import {
  asciiOctets,
  element,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  utf8String,
} from '../der/writer.ts';
import { encodeGeneralName, type SanName } from '../name/build-general-name.ts';
import { encodeName, type SubjectField } from '../name/build-name.ts';

const root = makeCa('Root', { key: sharedKey });
const nameConstraintsOid = '2.5.29.30';
const subjectAltNameOid = '2.5.29.17';

type Code = ReturnType<typeof verdict>;
type Side = 'permitted' | 'excluded';

/** The verdict on a leaf with these encoded names below a CA with this encoded constraint. */
function judge(constraint: Uint8Array, names: readonly Uint8Array[], subject: readonly SubjectField[] = []): Code {
  try {
    return judgeParsed(constraint, names, subject);
  } catch (thrown) {
    // what parsing refuses already
    if (thrown instanceof Error && thrown.message.startsWith('X509v3')) return 'path.malformed-extension';
    throw thrown;
  }
}

function judgeParsed(constraint: Uint8Array, names: readonly Uint8Array[], subject: readonly SubjectField[]): Code {
  const limited = makeCa('Limited', {
    issuer: root,
    key: sharedKey,
    extensions: { other: [{ oid: nameConstraintsOid, critical: true, value: constraint }] },
  });
  const leaf = makeLeaf('leaf', limited, {
    key: sharedKey,
    subject,
    extensions: {
      subjectAltName: undefined,
      ...(names.length > 0 && {
        other: [{ oid: subjectAltNameOid, critical: subject.length === 0, value: sequence(...names) }],
      }),
    },
  });
  return verdict(verify(leaf, [root], { bag: [limited] }));
}

/** NameConstraints with one subtree of encoded members. */
function subtree(side: Side, ...members: readonly Uint8Array[]): Uint8Array {
  return sequence(explicit(side === 'permitted' ? 0 : 1, sequence(...members)));
}

const dns = (text: string) => implicit(2, asciiOctets(text));
const email = (text: string) => implicit(1, asciiOctets(text));
const uri = (text: string) => implicit(6, asciiOctets(text));
const ip = (...octets: readonly number[]) => implicit(7, Uint8Array.from(octets));
const upn = encodeGeneralName({ kind: 'upn', value: 'someone@example.com' });

/** SmtpUTF8Mailbox (RFC 9598 3). */
const utf8Mail = (text: string) => element(0xa0, oid('1.3.6.1.5.5.7.8.9'), explicit(0, utf8String(text)));

const not = 'path.name-not-permitted';
const out = 'path.name-excluded';
const bad = 'path.name-constraint-malformed';
const yes = 'accepted';

/** What is constrained, the constraint, the name, and the verdict (RFC 5280 4.2.1.10). */
const table: readonly (readonly [Side, Uint8Array, Uint8Array, Code])[] = [
  ['permitted', dns('example.com'), dns('example.com'), yes],
  ['permitted', dns('example.com'), dns('a.b.example.com'), yes],
  ['permitted', dns('example.com'), dns('badexample.com'), not],
  ['permitted', dns('example.com'), dns('example.com.evil.org'), not],
  ['permitted', dns('EXAMPLE.com'), dns('Host.Example.COM'), yes],
  ['excluded', dns('EXAMPLE.com'), dns('host.example.com'), out],
  ['excluded', dns('example.com'), dns('HOST.EXAMPLE.COM'), out],
  ['permitted', dns(''), dns('anything.org'), yes],
  ['excluded', dns(''), dns('anything.org'), out],
  ['permitted', dns('.example.com'), dns('host.example.com'), bad],
  ['permitted', dns('*.example.com'), dns('host.example.com'), bad],
  ['permitted', dns('exa mple.com'), dns('host.example.com'), bad],
  ['permitted', dns('example.com'), dns(''), not],
  ['permitted', dns('example.com'), dns('.example.com'), not],
  ['permitted', dns('example.com'), dns('host.example.com.'), not],
  // a wildcard is the set of names it stands for
  ['permitted', dns('example.com'), dns('*.example.com'), yes],
  ['permitted', dns('host.example.com'), dns('*.example.com'), not],
  ['excluded', dns('host.example.com'), dns('*.example.com'), out],
  ['excluded', dns('a.host.example.com'), dns('*.example.com'), yes],
  ['excluded', dns('example.com'), dns('*.example.com'), out],
  ['excluded', dns('example.com'), dns('*.com'), out],
  ['permitted', dns('example.com'), dns('*'), not],
  ['excluded', dns('xexample.com'), dns('*.example.com'), yes],

  ['permitted', ip(10, 0, 0, 0, 255, 0, 0, 0), ip(10, 1, 2, 3), yes],
  ['permitted', ip(10, 0, 0, 0, 255, 0, 0, 0), ip(11, 1, 2, 3), not],
  ['excluded', ip(10, 0, 0, 0, 255, 0, 0, 0), ip(10, 1, 2, 3), out],
  ['excluded', ip(0, 0, 0, 0, 0, 0, 0, 0), ip(10, 1, 2, 3), out],
  ['permitted', ip(10, 0, 0, 0, 255, 0, 255, 0), ip(10, 1, 0, 3), 'path.malformed-extension'],
  ['permitted', ip(10, 0, 0, 0, 255, 0, 0, 0), ip(...new Array(10).fill(0), 255, 255, 10, 1, 2, 3), not],
  [
    'permitted',
    ip(...[0x20, 1, 13, 184], ...new Array(12).fill(0), ...new Array(4).fill(255), ...new Array(12).fill(0)),
    ip(0x20, 1, 13, 184, ...new Array(12).fill(7)),
    yes,
  ],

  ['permitted', email('example.com'), email('a@example.com'), yes],
  ['permitted', email('example.com'), email('a@sub.example.com'), not],
  ['permitted', email('.example.com'), email('a@sub.example.com'), yes],
  ['permitted', email('.example.com'), email('a@example.com'), not],
  ['permitted', email('a@example.com'), email('a@EXAMPLE.com'), yes],
  ['permitted', email('a@example.com'), email('A@example.com'), not],
  ['permitted', email('example.com'), email('a@b@example.com'), not],
  ['permitted', email('example.com'), email('"a@b"@example.com'), yes],
  ['permitted', email('example.com'), email('a@evil.org,b@example.com'), not],
  ['excluded', email('example.com'), email('a@example.com'), out],
  ['excluded', email('a@example.com'), email('b@example.com'), yes],
  ['permitted', email('@'), email('a@example.com'), bad],
  ['permitted', email('example.com'), email(''), not],
  ['permitted', email('example.com'), email('@example.com'), not],

  // RFC 9598 6: internationalised mailboxes as well
  ['permitted', email('example.com'), utf8Mail('médecin@example.com'), yes],
  ['permitted', email('example.com'), utf8Mail('médecin@example.org'), not],
  ['permitted', email('example.com'), utf8Mail('médecin@bücher.example'), not],
  ['excluded', email('xn--bcher-kva.example'), utf8Mail('médecin@xn--bcher-kva.example'), out],
  ['permitted', dns('example.com'), utf8Mail('médecin@example.org'), yes],

  ['permitted', uri('example.com'), uri('https://example.com/x'), yes],
  ['permitted', uri('example.com'), uri('https://sub.example.com/x'), not],
  ['permitted', uri('.example.com'), uri('https://sub.example.com:8443/x'), yes],
  ['permitted', uri('.example.com'), uri('https://example.com/'), not],
  ['permitted', uri('example.com'), uri('https://user@example.com/'), yes],
  ['permitted', uri('example.com'), uri('https://example.com@evil.org/'), not],
  ['permitted', uri('example.com'), uri('https://evil.org/?@example.com'), not],
  ['permitted', uri('example.com'), uri('https://evil.org#@example.com'), not],
  ['permitted', uri('example.com'), uri('sip:example.com'), yes],
  ['permitted', uri('example.com'), uri('https://10.0.0.1/'), not],
  ['excluded', uri('example.com'), uri('https://[::1%25.example.com]/'), 'path.name-not-permitted'],
  ['permitted', uri('.example.com'), uri('https://[::1%25.example.com]/'), not],
  ['permitted', uri('10.0.0.1'), uri('https://10.0.0.1/'), bad],
  ['excluded', uri('example.com'), uri('https://EXAMPLE.com/'), out],

  ['permitted', upn, upn, 'path.name-constraint-unsupported'],
  ['excluded', upn, upn, 'path.name-constraint-unsupported'],
  ['permitted', upn, dns('example.com'), yes],
  ['permitted', dns('example.com'), upn, yes],
  ['permitted', dns('example.com'), ip(10, 0, 0, 1), yes],
];

test('every row of the table of subtrees has its verdict', () => {
  const wrong = table.flatMap(([side, constraint, name, expected]) => {
    const found = judge(subtree(side, constraint), [name]);
    return found === expected ? [] : [`${side} ${describe(constraint)}, name ${describe(name)}: ${found}`];
  });
  assert.deepEqual(wrong, []);
});

function describe(name: Uint8Array): string {
  return `${(name[0]! & 0x1f).toString()}:${Buffer.from(name.subarray(2)).toString('latin1')}`;
}

test('directory names lie below a subtree by whole RDNs, without regard to case and string type', () => {
  const corporate: readonly SubjectField[] = [
    { type: 'C', value: 'DE' },
    { type: 'O', value: 'Example  Corp' },
  ];
  const base = explicit(4, encodeName(corporate));
  const host = { type: 'CN', value: 'host' } as const;
  const below = (...fields: readonly SubjectField[]) => judge(subtree('permitted', base), [], fields);
  assert.equal(below(...corporate, host), yes);
  assert.equal(below({ type: 'C', value: 'de' }, { type: 'O', value: 'EXAMPLE corp' }, host), yes);
  assert.equal(below({ type: 'C', value: 'DE' }, { type: 'O', value: 'Example Corporation' }, host), not);
  assert.equal(below(corporate[1]!, corporate[0]!, host), not, 'the order of RDNs counts');
  assert.equal(below(host), not);
  assert.equal(judge(subtree('excluded', base), [], [...corporate, host]), out);
  assert.equal(judge(subtree('excluded', base), [], [host]), yes);
});

test('an e-mail address in the subject is held to e-mail constraints', () => {
  const subject = (value: string) => [{ type: 'emailAddress' as const, value }];
  assert.equal(judge(subtree('permitted', email('example.com')), [], subject('a@example.com')), yes);
  assert.equal(judge(subtree('permitted', email('example.com')), [], subject('a@example.org')), not);
  assert.equal(judge(subtree('permitted', email('example.com')), [], subject('a@example.org,b@example.com')), not);
});

test('a common name that could be taken for a host is held to DNS constraints when there is no other name', () => {
  const subject = (value: string) => [{ type: 'CN' as const, value }];
  const constraint = subtree('permitted', dns('example.com'));
  assert.equal(judge(constraint, [], subject('host.example.com')), yes);
  assert.equal(judge(constraint, [], subject('host.example.org')), not);
  assert.equal(judge(constraint, [], subject('An ordinary name')), yes);
  assert.equal(judge(constraint, [dns('host.example.com')], subject('host.example.org')), yes);
});

test('minimum and maximum are not supported by anybody and refused', () => {
  const withMinimum = subtree('permitted', dns('example.com'), implicit(0, Uint8Array.of(1)));
  const withMaximum = subtree('permitted', dns('example.com'), implicit(1, Uint8Array.of(1)));
  for (const constraint of [withMinimum, withMaximum]) {
    assert.notEqual(judge(constraint, [dns('host.example.com')]), yes);
  }
});

test('every layer of constraints binds, and all certificates below it', () => {
  const limit = (name: string, issuer = root, trees: { [K in Side]?: readonly NameSubtree[] } = {}) =>
    makeCa(name, { issuer, key: sharedKey, extensions: { nameConstraints: trees } });
  const wide = limit('Wide', root, { permitted: [{ kind: 'dns', value: 'example.com' }] });
  const narrow = limit('Narrow', wide, { permitted: [{ kind: 'dns', value: 'a.example.com' }] });
  const wider = limit('Wider', wide, { permitted: [{ kind: 'dns', value: 'example.org' }] });
  const check = (host: string, issuer: typeof wide) =>
    verdict(verify(makeLeaf(host, issuer, { key: sharedKey }), [root], { bag: [wide, narrow, wider] }));
  assert.equal(check('h.a.example.com', narrow), yes);
  assert.equal(check('h.b.example.com', narrow), not);
  assert.equal(check('h.example.org', wider), not, 'a lower CA cannot widen what a higher one allows');
  const named: readonly SanName[] = [{ kind: 'dns', value: 'ca.example.org' }];
  const outside = makeCa('Outside', { issuer: wide, key: sharedKey, extensions: { subjectAltName: named } });
  const below = makeLeaf('h.example.com', outside, { key: sharedKey });
  assert.equal(verdict(verify(below, [root], { bag: [wide, outside] })), not, 'CA certificates are bound too');
});

test('a self-issued CA is exempt, a self-issued leaf is not', () => {
  const limited = makeCa('Limited', {
    issuer: root,
    extensions: { nameConstraints: { excluded: [{ kind: 'directory', fields: [{ type: 'CN', value: 'Limited' }] }] } },
  });
  const rolled = makeCa('Limited', { issuer: limited });
  const leaf = makeLeaf('host.example.com', rolled);
  assert.equal(verdict(verify(leaf, [root], { bag: [limited, rolled] })), yes);
  const selfIssued = makeLeaf('Limited', limited, { extensions: { subjectAltName: undefined } });
  assert.equal(verdict(verify(selfIssued, [root], { bag: [limited] })), out);
});

test('constraints in the anchor bind unless only its name and key are trusted', () => {
  const limited = makeCa('Root', { extensions: { nameConstraints: { permitted: [{ kind: 'dns', value: 'a.org' }] } } });
  const leaf = makeLeaf('host.example.com', limited);
  assert.equal(verdict(verify(leaf, [limited])), not);
  const { certificate } = limited;
  assert.equal(verdict(verify(leaf, [{ certificate, constraints: false, pinned: false }])), yes);
});

test('a constraint whose extension is broken refuses the path', () => {
  for (const value of [
    sequence(),
    sequence(explicit(0)),
    octetString(Uint8Array.of(1)),
    sequence(integer(1), oid('1.2.3')),
  ]) {
    assert.notEqual(judge(value, [dns('host.example.com')]), yes);
  }
});
