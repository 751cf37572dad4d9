import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ForecastFacts } from '../peers/forecast.ts';
import type { EkuRule, Zone } from '../zone.ts';
import { calendar, type PeerCertificate } from './calendar.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 21);
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

const zone = (part: Partial<Zone> = {}): Zone => ({
  id: 'z',
  version: 1,
  name: 'Partner',
  kind: 'neighbor',
  peers: ['sip.example'],
  port: 5061,
  tlsVerify: true,
  subjectName: '',
  identity: 'server',
  ekuRule: 'strict',
  trustSet: '',
  enabled: true,
  ...part,
});
const future = (part: Partial<ForecastFacts> = {}): ForecastFacts => ({
  notBefore: now - 10 * day,
  notAfter: now + 90 * day,
  extendedKeyUsage: [serverAuth, clientAuth],
  publicCa: false,
  weak: [],
  renewedBeforeDays: [],
  superseded: false,
  ...part,
});
const peer = (part: Partial<PeerCertificate> = {}): PeerCertificate => ({
  label: 'sip.example',
  fingerprint: 'ab',
  future: future(),
  calls: true,
  code: 'accepted',
  decidedAt: now,
  words: '',
  issuers: [{ name: 'CN=CA', notAfter: now + 900 * day }],
  ...part,
});
const until = (date: string): EkuRule => ({ until: date });
const serverOnly = future({ extendedKeyUsage: [serverAuth] });
const fromPublic = future({ publicCa: true });

const peerCases: readonly [string, Partial<Zone>, Partial<PeerCertificate>, readonly [string, string, boolean][]][] = [
  ['its end', {}, {}, [['peer-expiry', '2027-02-19', true]]],
  ['its end, not verified', { tlsVerify: false }, {}, [['peer-expiry', '2027-02-19', false]]],
  [
    'the end of its CA before its own',
    {},
    { issuers: [{ name: 'CN=CA', notAfter: now + 30 * day }] },
    [
      ['ca-expiry', '2026-12-21', true],
      ['peer-expiry', '2027-02-19', true],
    ],
  ],
  ['an issuer that is not trusted', {}, { code: 'path.no-issuer' }, [['untrusted-issuer', '2026-11-21', true]]],
  [
    'no clientAuth, strict',
    {},
    { future: serverOnly },
    [
      ['peer-client-auth', '2026-11-21', true],
      ['peer-expiry', '2027-02-19', true],
    ],
  ],
  [
    'no clientAuth, accepted',
    { ekuRule: 'server-auth-accepted' },
    { future: serverOnly },
    [['peer-expiry', '2027-02-19', true]],
  ],
  [
    'no clientAuth, accepted until a day',
    { ekuRule: until('2027-01-01') },
    { future: serverOnly },
    [
      ['exception-ends', '2027-01-01', true],
      ['peer-expiry', '2027-02-19', true],
    ],
  ],
  ['no clientAuth, but it is called', {}, { future: serverOnly, calls: false }, [['peer-expiry', '2027-02-19', true]]],
  [
    'the next certificate of a public CA, as early as renewals come',
    {},
    { future: { ...fromPublic, renewedBeforeDays: [30] } },
    [
      ['peer-client-auth', '2027-01-20', true],
      ['peer-expiry', '2027-02-19', true],
    ],
  ],
  [
    'the same with an exception that ends later',
    { ekuRule: until('2027-06-01') },
    { future: fromPublic },
    [
      ['peer-expiry', '2027-02-19', true],
      ['exception-ends', '2027-06-01', true],
    ],
  ],
  ['nothing while the zone is off', { enabled: false }, {}, []],
];

for (const [title, zonePart, peerPart, expected] of peerCases) {
  test(`a peer’s certificate in the calendar: ${title}`, () => {
    const events = calendar({ zones: [zone(zonePart)], shown: () => undefined, peersOf: () => [peer(peerPart)] });
    assert.deepEqual(
      events.map(({ cause, at, breaks }) => [cause, at.slice(0, 10), breaks]),
      expected,
    );
    for (const { words, remedy } of events) assert.ok(words.length > 10 && remedy.length > 10);
  });
}

const ourCases: readonly [string, Partial<Zone>, ForecastFacts, readonly string[]][] = [
  ['of a private CA', {}, future(), ['our-expiry']],
  ['of a public CA, where it is shown when calling', {}, fromPublic, ['our-client-auth', 'our-expiry']],
  ['for servers only, where it is shown when calling', {}, serverOnly, ['our-client-auth', 'our-expiry']],
  ['for servers only, where nobody is called', { kind: 'traversal-server' }, serverOnly, ['our-expiry']],
  ['none is shown', { identity: 'none' }, serverOnly, []],
];

for (const [title, part, certificate, expected] of ourCases) {
  test(`our certificate in the calendar: ${title}`, () => {
    const shown = () => ({ label: 'server certificate', fingerprint: 'cd', future: certificate });
    const events = calendar({ zones: [zone(part)], shown, peersOf: () => [] });
    assert.deepEqual(events.map(({ cause }) => cause).sort(), expected);
  });
}
