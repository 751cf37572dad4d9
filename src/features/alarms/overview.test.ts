import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSettings } from '../settings/settings.ts';
import type { TrustedCa } from '../trusted-ca/trusted-ca.ts';
import type { Alarm } from './alarms.ts';
import { buildOverview, type ServedIdentity } from './overview.ts';

const now = Date.UTC(2026, 5, 1);
const day = 86_400_000;

const server: ServedIdentity = {
  slot: 'server',
  label: 'Server certificate',
  served: 'own',
  commonName: 'a.example.com',
  issuer: 'CN=CA',
  notBefore: now - 10 * day,
  notAfter: now + 80 * day,
  alertFrom: now + 65 * day,
  temporary: false,
  chainComplete: true,
  missingIssuer: undefined,
  missingNames: [],
  pendingCsr: false,
};

const ca: TrustedCa = {
  fingerprint: 'aa',
  type: 'certificate',
  issuer: 'CN=CA',
  subject: 'Matches issuer',
  label: 'CA',
  notBefore: now - 100 * day,
  notAfter: now + 1000 * day,
  validity: 'valid',
  source: 'appended',
  pinned: false,
  selfSigned: true,
  usedBy: ['Server certificate'],
  warnings: [],
  newer: undefined,
  addedAt: now,
};

const named = { ...defaultSettings, fqdn: 'a.example.com' };

test('a new gateway is led: name first, then the certificate', async () => {
  const temporary = { ...server, temporary: true };
  const overview = await build({
    settings: defaultSettings,
    identities: [temporary],
    cas: [{ ...ca, source: 'temporary' }],
  });
  assert.deepEqual(
    overview.steps.map((step) => [step.code, step.page]),
    [
      ['set-fqdn', 'settings'],
      ['replace-temporary', 'server-certificate'],
    ],
  );
});

test('a waiting request becomes: upload the signed certificate', async () => {
  const overview = await build({ identities: [{ ...server, temporary: true, pendingCsr: true }], cas: [ca] });
  assert.deepEqual(
    overview.steps.map((step) => step.code),
    ['upload-certificate'],
  );
  assert.equal(overview.counts.pendingCsrs, 1);
});

test('a sound gateway has nothing to do', async () => {
  const overview = await build({ identities: [server], cas: [ca] });
  assert.deepEqual(overview.steps, []);
  assert.equal(overview.state, 'good');
});

test('an incomplete chain, missing names and a near end are each a step', async () => {
  const poor = {
    ...server,
    chainComplete: false,
    missingIssuer: 'CN=Sub',
    missingNames: ['b.example.com'],
    alertFrom: now - day,
  };
  const overview = await build({ identities: [poor], cas: [ca] });
  assert.deepEqual(
    overview.steps.map((step) => step.code),
    ['renew', 'new-certificate', 'complete-chain'],
  );
  assert.match(overview.steps[2]?.detail ?? '', /CN=Sub/);
});

test('the temporary CA is to be deleted once nothing needs it', async () => {
  const overview = await build({
    identities: [server],
    cas: [ca, { ...ca, fingerprint: 'bb', source: 'temporary', usedBy: [] }],
  });
  assert.deepEqual(
    overview.steps.map((step) => [step.code, step.object]),
    [['remove-temporary-ca', 'bb']],
  );
});

test('the time line shows identities and the CAs they need, what ends next first, a dozen bars at most', async () => {
  const others = Array.from({ length: 50 }, (_, i) => ({
    ...ca,
    fingerprint: `x${i}`,
    usedBy: [],
    notAfter: now + (i - 2) * 30 * day,
  }));
  const { timeline } = await build({ identities: [server], cas: [...others, ca] });
  assert.equal(timeline.length, 12);
  assert.ok(timeline.some((bar) => bar.object === 'aa') && timeline.some((bar) => bar.object === 'server'));
  assert.deepEqual(
    timeline.map((bar) => bar.until),
    timeline.map((bar) => bar.until).sort((a, b) => a - b),
  );
  assert.deepEqual(
    timeline.slice(0, 4).map((bar) => bar.state),
    ['ended', 'ended', 'ends-soon', 'good'],
  );
});

test('the state is the worst open alarm, and the counts tell how many', async () => {
  const alarm: Alarm = {
    id: '1',
    code: 'x.y',
    object: 'z',
    severity: 'alert',
    message: 'm',
    hint: 'h',
    raisedAt: now,
    clearedAt: undefined,
    acknowledgedBy: 'ada',
    acknowledgedAt: now,
  };
  const overview = await build({ identities: [server], cas: [ca], alarms: [alarm, { ...alarm, severity: 'warning' }] });
  assert.equal(overview.state, 'alert');
  assert.deepEqual(overview.counts, {
    critical: 0,
    alert: 1,
    warning: 1,
    acknowledged: 2,
    identities: 1,
    pendingCsrs: 0,
    trustedCas: 1,
    crls: 0,
  });
});

function build(told: {
  settings?: typeof defaultSettings;
  identities: ServedIdentity[];
  cas: TrustedCa[];
  alarms?: Alarm[];
}) {
  const sources = {
    settings: async () => told.settings ?? named,
    identities: async () => told.identities,
    trustedCas: async () => told.cas,
  };
  return buildOverview(sources, told.alarms ?? [], now);
}
