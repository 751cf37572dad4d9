import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeLeaf, sharedKey } from '../../../test/support/made-certificates.ts';
import { asciiOctets, implicit, sequence } from '../der/writer.ts';
import { encodeGeneralName, type SanName } from './build-general-name.ts';
import { matchName, type NameRules, presentedNames } from './match-name.ts';
import { parseReferenceName, type ReferenceName } from './reference-name.ts';

const https: NameRules = { wildcards: true, commonName: false };
const sip: NameRules = { wildcards: false, commonName: true };

/** A certificate with these encoded names; with no list at all, one without the extension. */
function certificateOf(names: readonly Uint8Array[] | undefined, commonName = 'Nobody') {
  return makeLeaf('x', undefined, {
    key: sharedKey,
    subject: [{ type: 'CN', value: commonName }],
    extensions: {
      subjectAltName: undefined,
      ...(names && { other: [{ oid: '2.5.29.17', critical: false, value: sequence(...names) }] }),
    },
  }).certificate;
}

function reference(text: string): ReferenceName {
  const parsed = parseReferenceName(text);
  assert.ok(parsed.ok, `${text} is a reference name`);
  return parsed.value;
}

const dns = (text: string) => implicit(2, asciiOctets(text));
const uri = (text: string) => implicit(6, asciiOctets(text));
const ip = (...octets: readonly number[]) => implicit(7, Uint8Array.from(octets));
const name = (value: SanName) => encodeGeneralName(value);
const loopback6 = [...new Array<number>(15).fill(0), 1];

/** What is looked for, what the certificate holds, the rules, and whether that is a match. */
const table: readonly (readonly [string, Uint8Array, NameRules, boolean])[] = [
  ['a.example.com', dns('a.example.com'), https, true],
  ['A.EXAMPLE.com', dns('a.example.COM'), https, true],
  ['a.example.com.', dns('a.example.com'), https, true],
  ['a.example.com', dns('a.example.com.'), https, false],
  ['a.example.com', dns('b.example.com'), https, false],
  ['a.example.com', dns('a.example.com\0.evil.org'), https, false],
  ['a.example.com', dns('a.example.com\0'), https, false],
  ['a.example.com', dns(' a.example.com'), https, false],
  ['a.example.com', dns('a.example.com/x'), https, false],
  ['a.example.com', dns('x@a.example.com'), https, false],
  ['a.example.com', dns('b.example.com, DNS:a.example.com'), https, false],
  ['a.example.com', uri('a.example.com'), https, false],
  ['a.example.com', uri('https://a.example.com/'), https, false],
  ['a_b.example.com', dns('a_b.example.com'), https, true],

  ['a.example.com', dns('*.example.com'), https, true],
  ['a.example.com', dns('*.EXAMPLE.com'), https, true],
  ['a.b.example.com', dns('*.example.com'), https, false],
  ['example.com', dns('*.example.com'), https, false],
  ['foo.example.com', dns('f*.example.com'), https, false],
  ['foo.example.com', dns('*o.example.com'), https, false],
  ['a.b.example.com', dns('a.*.example.com'), https, false],
  ['a.b.example.com', dns('*.*.example.com'), https, false],
  ['example', dns('*'), https, false],
  ['example.com', dns('*.com'), https, false],
  ['xn--bcher-kva.example.com', dns('*.example.com'), https, false],
  ['a.example.com', dns('xn--*.example.com'), https, false],
  ['a.xn--bcher-kva.example', dns('*.xn--bcher-kva.example'), https, true],
  ['a.example.com', dns('*.example.com'), sip, false],
  ['sip:a.example.com', dns('*.example.com'), https, false],

  ['127.0.0.1', ip(127, 0, 0, 1), https, true],
  ['127.0.0.1', ip(127, 0, 0, 2), https, false],
  ['127.0.0.1', dns('127.0.0.1'), https, false],
  ['127.0.0.1', ip(...new Array<number>(10).fill(0), 255, 255, 127, 0, 0, 1), https, false],
  ['::1', ip(...loopback6), https, true],
  ['[::1]', ip(...loopback6), https, true],
  ['0:0:0:0:0:0:0:1', ip(...loopback6), https, true],
  ['::ffff:127.0.0.1', ip(127, 0, 0, 1), https, false],
  ['::1', dns('::1'), https, false],

  ['sip:example.com', uri('sip:example.com'), sip, true],
  ['sip:example.com', uri('SIP:Example.COM'), sip, true],
  ['sips:example.com', uri('sip:example.com'), sip, true],
  ['sip:example.com', uri('sip:example.com:5061;transport=tls'), sip, true],
  ['sip:example.com', dns('example.com'), sip, true],
  ['sip:example.com', uri('sip:bob@example.com'), sip, false],
  ['sip:example.com', uri('sip:a.example.com'), sip, false],
  ['sip:example.com', uri('https://example.com'), sip, false],
  ['sip:example.com', uri('sips:example.com'), sip, false],
  ['sip:example.com', uri('sip:example.com@evil.org'), sip, false],
  ['sip:example.com', uri('sip:example.com?x=sip:example.com'), sip, false],
  ['sip:example.com', uri('sip:'), sip, false],
  ['sip:example.com', name({ kind: 'email', value: 'sip@example.com' }), sip, false],

  ['_sip._tls.example.com', name({ kind: 'srv', value: '_sip._tls.example.com' }), https, true],
  ['_SIP._TLS.example.com', name({ kind: 'srv', value: '_sip._tls.EXAMPLE.com' }), https, true],
  ['_sips.example.com', name({ kind: 'srv', value: '_sips.example.com' }), https, true],
  ['_sips.example.com', name({ kind: 'srv', value: '_sip.example.com' }), https, false],
  ['_sip._tls.example.com', dns('example.com'), https, false],
  ['_sip._tls.example.com', dns('_sip._tls.example.com'), https, false],
  ['xmpp:example.com', name({ kind: 'xmpp', value: 'Example.com' }), https, true],
  ['xmpp:example.com', name({ kind: 'xmpp', value: 'a@example.com' }), https, false],
  ['xmpp:example.com', name({ kind: 'upn', value: 'example.com' }), https, false],
  ['mailto:a@Example.com', name({ kind: 'email', value: 'a@example.com' }), https, true],
  ['mailto:A@example.com', name({ kind: 'email', value: 'a@example.com' }), https, false],
];

test('every row of the table of names has its verdict', () => {
  const wrong = table.flatMap(([wanted, held, rules, expected]) => {
    const { matched } = matchName(certificateOf([held]), reference(wanted), rules);
    return (matched !== undefined) === expected ? [] : [`${wanted} against ${Buffer.from(held).toString('latin1')}`];
  });
  assert.deepEqual(wrong, []);
});

test('DNS names prove a SIP domain only where no SIP URI names one (RFC 5922 7.1)', () => {
  const proves = (held: readonly Uint8Array[], wanted = 'sip:example.com') =>
    matchName(certificateOf(held), reference(wanted), sip).matched;
  assert.equal(proves([dns('example.com'), uri('sip:other.example.com')]), undefined);
  assert.equal(
    proves([uri('sip:other.example.com'), dns('example.com')], 'sip:other.example.com'),
    'sip:other.example.com',
  );
  assert.equal(proves([uri('sip:other.example.com'), uri('SIP:example.com'), dns('example.com')]), 'SIP:example.com');
  // URIs that are no SIP identity leave the DNS names their meaning
  for (const other of ['sips:other.example.com', 'sip:bob@other.example.com', 'https://other.example.com', 'sip:'])
    assert.equal(proves([uri(other), dns('example.com')]), 'example.com', other);
  // a host that is no SIP domain is compared by RFC 9525
  const both = certificateOf([uri('sip:other.example.com'), dns('example.com')]);
  assert.equal(matchName(both, reference('example.com'), https).matched, 'example.com');
});

test('the common name counts only where the rules say so and there is no subject alternative name', () => {
  const alone = certificateOf(undefined, 'a.example.com');
  assert.equal(matchName(alone, reference('a.example.com'), https).matched, undefined);
  assert.deepEqual(matchName(alone, reference('a.example.com'), sip), { matched: 'a.example.com', byCommonName: true });
  assert.deepEqual(matchName(alone, reference('sip:A.example.com'), sip), {
    matched: 'a.example.com',
    byCommonName: true,
  });
  const beside = certificateOf([uri('https://other.example.com')], 'a.example.com');
  assert.equal(matchName(beside, reference('a.example.com'), sip).matched, undefined);
});

test('an IP address is never looked for in the common name, a wildcard there is none', () => {
  assert.equal(matchName(certificateOf(undefined, '127.0.0.1'), reference('127.0.0.1'), sip).matched, undefined);
  assert.equal(
    matchName(certificateOf(undefined, '*.example.com'), reference('a.example.com'), sip).matched,
    undefined,
  );
  const both = { wildcards: true, commonName: true };
  assert.equal(
    matchName(certificateOf(undefined, '*.example.com'), reference('a.example.com'), both).matched,
    undefined,
  );
});

test('presented names are shown for people, not more than asked for', () => {
  const many = certificateOf(Array.from({ length: 50 }, (_, i) => dns(`h${i}.example.com`)));
  assert.deepEqual(presentedNames(many, 3), ['h0.example.com', 'h1.example.com', 'h2.example.com']);
  assert.deepEqual(presentedNames(certificateOf(undefined, 'a.example.com')), ['a.example.com']);
  assert.deepEqual(presentedNames(certificateOf([ip(10, 0, 0, 1), name({ kind: 'srv', value: '_sip.example.com' })])), [
    '10.0.0.1',
    '_sip.example.com',
  ]);
});

/** RFC 9525 6.3 in the plainest words, to hold the matcher against. */
function modelMatches(pattern: string, host: string, wildcards: boolean): boolean {
  const good = (label: string) => /^[A-Za-z0-9_-]{1,63}$/.test(label);
  const presented = pattern.toLowerCase().split('.');
  const wanted = host.split('.');
  if (pattern.length > 253 || presented.length !== wanted.length) return false;
  return presented.every((label, i) => {
    const wildcard = i === 0 && label === '*';
    if (wildcard) return wildcards && presented.length > 2 && !wanted[0]!.startsWith('xn--');
    return good(label) && label === wanted[i];
  });
}

const label = fc.oneof(
  fc.constantFrom('a', 'b', 'A', 'example', 'com', 'xn--a', '*', 'a*', '', '-', '_sip', 'x'.repeat(63), 'x'.repeat(64)),
  fc.stringMatching(/^[ -~]{1,6}$/),
);
const presentedName = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
const hostName = fc
  .array(fc.constantFrom('a', 'b', 'example', 'com', 'xn--a', '_sip', 'x'.repeat(63)), { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join('.'))
  // RFC 1035 2.3.4 leaves no room for four of the longest labels
  .filter((host) => host.length <= 253);

test('the matcher agrees with a model in the plainest words', () => {
  fc.assert(
    fc.property(presentedName, hostName, fc.boolean(), (presented, host, wildcards) => {
      const certificate = certificateOf([dns(presented)]);
      const { matched } = matchName(certificate, { kind: 'dns', host }, { wildcards, commonName: false });
      assert.equal(matched !== undefined, modelMatches(presented, host, wildcards));
    }),
    { numRuns: 3_000 },
  );
});

test('a name that is made from the reference matches it', () => {
  fc.assert(
    fc.property(hostName, fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }), (host, upper) => {
      const shouted = [...host].map((c, i) => (upper[i % 64] ? c.toUpperCase() : c)).join('');
      assert.equal(matchName(certificateOf([dns(shouted)]), { kind: 'dns', host }, https).matched, shouted);
    }),
    { numRuns: 500 },
  );
});
