import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MadeCertificate, makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { decide, trustOf } from '../verification/verification.ts';
import { findZone } from './membership.ts';
import type { EdgeZone, EkuRule } from './zone.ts';
import { inboundQuestion } from './zone-question.ts';

const ca = makeCa('Company CA');
const other = makeCa('Other CA');
const time = Date.UTC(2026, 10, 21);

const zone = (id: string, fields: Partial<EdgeZone> = {}): EdgeZone => ({
  id,
  name: id,
  kind: 'neighbor',
  peers: [],
  tlsVerify: true,
  identity: 'server',
  ekuRule: 'strict',
  trustSet: '',
  enabled: true,
  ...fields,
});
const at = (...hosts: readonly string[]) => hosts.map((host) => ({ host, port: 5061 }));

const zones: readonly EdgeZone[] = [
  zone('off', { peers: at('off.example'), enabled: false }),
  zone('west', { peers: at('west.example', '192.0.2.1') }),
  zone('west-too', { peers: at('west.example') }),
  zone('loose', { peers: at('192.0.2.7', 'named.example'), tlsVerify: false }),
  zone('traversal', { kind: 'traversal-server', subjectName: 'client.example' }),
  zone('default', { kind: 'default', tlsVerify: false }),
];

function belongs(leaf: MadeCertificate | undefined, address: string, among = zones, anchor = ca) {
  const trust = trustOf([anchor.certificate]);
  return findZone(
    among,
    { address, leaf: leaf?.certificate },
    {
      verify: (one) =>
        decide(
          {
            ...inboundQuestion(one, leaf?.certificate, time),
            chain: leaf === undefined ? [] : [leaf.der],
            trust,
            time,
          },
          { monotonic: () => 0 },
        ),
      addressesOf: (host) => (host === 'named.example' ? ['198.51.100.4'] : []),
    },
  );
}

const anywhere = '203.0.113.5';
const cases: readonly [string, MadeCertificate | undefined, string, string, string, boolean][] = [
  ['a name of the first zone that has it', makeLeaf('west.example', ca), anywhere, 'west', 'name', true],
  ['an address that stands in the certificate', ipLeaf('192.0.2.1'), anywhere, 'west', 'name', true],
  ['the subject name of a traversal server', makeLeaf('client.example', ca), anywhere, 'traversal', 'name', true],
  ['the right name from a CA not trusted', makeLeaf('west.example', other), anywhere, 'default', 'default', false],
  ['a sibling of the same CA', makeLeaf('east.example', ca), anywhere, 'default', 'default', true],
  ['a name of a zone that is off', makeLeaf('off.example', ca), anywhere, 'default', 'default', true],
  [
    'a good certificate for a zone that does not verify',
    makeLeaf('named.example', ca),
    anywhere,
    'loose',
    'name',
    true,
  ],
  [
    'a bad certificate for a zone that does not verify',
    makeLeaf('named.example', other),
    anywhere,
    'default',
    'default',
    true,
  ],
  ['no certificate', undefined, anywhere, 'default', 'default', true],
  ['no certificate, address of a zone that does not verify', undefined, '192.0.2.7', 'loose', 'address', true],
  ['the same address in its IPv6 form', undefined, '::ffff:192.0.2.7', 'loose', 'address', true],
  ['the address of a host name', undefined, '198.51.100.4', 'loose', 'address', true],
  ['an address of a zone that verifies', undefined, '192.0.2.1', 'default', 'default', true],
  [
    'another name from the address of a zone that does not verify',
    makeLeaf('east.example', other),
    '192.0.2.7',
    'loose',
    'address',
    true,
  ],
  ['the name goes before the address', makeLeaf('west.example', ca), '192.0.2.7', 'west', 'name', true],
  ['a wildcard proves nothing for SIP', makeLeaf('*.example', ca), anywhere, 'default', 'default', true],
];

for (const [title, leaf, address, id, by, admitted] of cases) {
  test(`membership: ${title}`, () => {
    const found = belongs(leaf, address);
    assert.deepEqual([found.zone?.id, found.by, found.admitted], [id, by, admitted]);
  });
}

test('a peer that its own zone refuses is not let in as a stranger, and the reason is kept', () => {
  const expired = makeLeaf('west.example', ca, { notAfter: time - 1 });
  const found = belongs(expired, anywhere);
  assert.equal(found.admitted, false);
  assert.deepEqual(
    found.refusals.map(({ zone: { id }, decision }) => [id, decision.code]),
    [
      ['west', 'path.expired'],
      ['west-too', 'path.expired'],
    ],
  );
});

test('with the default zone off strangers belong nowhere', () => {
  const found = belongs(
    undefined,
    anywhere,
    zones.filter(({ kind }) => kind !== 'default'),
  );
  assert.deepEqual([found.zone, found.by, found.admitted], [undefined, 'nobody', false]);
});

test('a default zone that verifies refuses strangers without a certificate', () => {
  const strict = [zone('default', { kind: 'default' })];
  assert.equal(belongs(undefined, anywhere, strict).admitted, false);
  assert.equal(belongs(makeLeaf('anybody.example', ca), anywhere, strict).admitted, true);
});

const both = ['serverAuth', 'clientAuth'] as const;
const ekuCases: readonly [string, EkuRule, readonly ('serverAuth' | 'clientAuth')[] | undefined, boolean, boolean][] = [
  ['strict takes both uses', 'strict', both, true, true],
  ['strict takes clientAuth alone', 'strict', ['clientAuth'], true, true],
  ['strict refuses serverAuth alone', 'strict', ['serverAuth'], true, false],
  ['strict takes a certificate without uses', 'strict', undefined, true, true],
  ['accepted takes serverAuth alone', 'server-auth-accepted', ['serverAuth'], true, true],
  ['accepted demands a subject alternative name', 'server-auth-accepted', ['serverAuth'], false, false],
  ['without exception the common name will do', 'server-auth-accepted', both, false, true],
  ['until takes it before that day', { until: '2026-11-22' }, ['serverAuth'], true, true],
  ['until refuses it from that day on', { until: '2026-11-21' }, ['serverAuth'], true, false],
  ['until says nothing about clientAuth', { until: '2026-11-01' }, ['clientAuth'], true, true],
];

for (const [title, ekuRule, extendedKeyUsage, san, accepted] of ekuCases) {
  test(`use of keys: ${title}`, () => {
    const leaf = makeLeaf('west.example', ca, {
      extensions: { extendedKeyUsage, ...(san ? {} : { subjectAltName: undefined }) },
    });
    const found = belongs(leaf, anywhere, [zone('west', { peers: at('west.example'), ekuRule })]);
    assert.equal(found.zone?.id === 'west', accepted);
  });
}

test('the default zone knows no exception, because it knows no names', () => {
  const leaf = makeLeaf('west.example', ca, { extensions: { extendedKeyUsage: ['serverAuth'] } });
  const open = [zone('default', { kind: 'default', ekuRule: 'server-auth-accepted' })];
  assert.equal(belongs(leaf, anywhere, open).admitted, false);
});

function ipLeaf(address: string): MadeCertificate {
  return makeLeaf('x.example', ca, { extensions: { subjectAltName: [{ kind: 'ip', value: address }] } });
}
