import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCsr, problem, sanOf, startPrivateCa } from '../../../../test/support/private-ca.ts';
import { testAdministrator } from '../../../../test/support/temporary-storage.ts';
import { builtInTemplates } from './built-in-templates.ts';
import type { TemplateFields } from './template.ts';

const { name: _, version: __, builtIn: ___, ...fields } = builtInTemplates[1]!;

test('three templates belong to the program and cannot be changed', async (t) => {
  const { ca } = await startPrivateCa(t);
  assert.deepEqual(
    (await ca.templates()).map(({ name, title }) => `${name} ${title}`),
    ['web-server Web server', 'web-client-server Web client and server', 'client Client'],
  );
  await assert.rejects(ca.saveTemplate(testAdministrator, 'web-server', fields, 1), problem('private-ca.built-in'));
  await assert.rejects(ca.removeTemplate(testAdministrator, 'client'), problem('private-ca.built-in'));
  await assert.rejects(ca.template('none'), problem('private-ca.no-template'));
});

test('a template of one’s own decides usages, days, kinds and places of names, policies', async (t) => {
  const { ca, issue, clock } = await startPrivateCa(t, { constraints: null });
  const own: TemplateFields = {
    ...fields,
    ...{
      title: 'Branch',
      days: 30,
      wildcards: true,
      subject: 'common-name',
      mustStaple: true,
      policies: ['1.3.6.1.4.1.99999.1'],
    },
    extendedKeyUsage: ['clientAuth', '1.3.6.1.4.1.311.20.2.2'],
    keyUsage: ['digitalSignature', 'keyAgreement'],
    sanKinds: ['dns', 'email', 'ip', 'uri'],
    domains: ['branch.example.com'],
    addresses: ['10.1.0.0/16'],
  };
  await ca.saveTemplate(testAdministrator, 'branch', own, 0);
  const { csr } = await makeCsr([], {
    subject: [
      { type: 'O', value: 'Example' },
      { type: 'CN', value: 'a.branch.example.com' },
    ],
    names: [
      { kind: 'dns', value: 'a.branch.example.com' },
      { kind: 'dns', value: '*.branch.example.com' },
      { kind: 'dns', value: '*.example.com' },
      { kind: 'dns', value: 'a.example.com' },
      { kind: 'email', value: 'ada@branch.example.com' },
      { kind: 'uri', value: 'sip:branch.example.com' },
      { kind: 'ip', value: '10.1.2.3' },
      { kind: 'ip', value: '10.2.2.3' },
      { kind: 'srv', value: '_sips.branch.example.com' },
    ],
  });
  const { parsed, notAfter } = await issue([], { csr, template: 'branch' });
  assert.deepEqual(sanOf(parsed), [
    'dns:a.branch.example.com',
    'dns:*.branch.example.com',
    'email:ada@branch.example.com',
    'uri:sip:branch.example.com',
    'ip:10.1.2.3',
  ]);
  assert.equal(notAfter, clock.now() + 30 * 86_400_000);
  assert.deepEqual(parsed.extendedKeyUsage, ['1.3.6.1.5.5.7.3.2', '1.3.6.1.4.1.311.20.2.2']);
  assert.deepEqual([...(parsed.keyUsage ?? [])].sort(), ['digitalSignature', 'keyAgreement']);
  assert.deepEqual(
    parsed.certificatePolicies?.map(({ oid }) => oid),
    ['1.3.6.1.4.1.99999.1'],
  );
  assert.deepEqual(parsed.tlsFeature, [5]);
  assert.deepEqual(
    parsed.subject.rdns.flat().map(({ type }) => type),
    ['CN'],
  );
});

test('a SIP URI is held to the domains of the authority as a DNS name is', async (t) => {
  const { ca, issue } = await startPrivateCa(t);
  await ca.saveTemplate(testAdministrator, 'sip', { ...fields, sanKinds: ['dns', 'uri'] }, 0);
  const uris = ['sip:example.com', 'sips:pbx.example.com', 'sip:bank.example', 'sip:ada@bank.example;a=.example.com'];
  const names = [
    { kind: 'dns', value: 'a.example.com' } as const,
    ...uris.map((value) => ({ kind: 'uri', value }) as const),
  ];
  const { csr } = await makeCsr(['a.example.com'], { names });
  const { parsed } = await issue([], { csr, template: 'sip' });
  assert.deepEqual(sanOf(parsed), ['dns:a.example.com', 'uri:sip:example.com', 'uri:sips:pbx.example.com']);
});

test('a changed template counts from the next certificate on, and only from the version it was made from', async (t) => {
  const { ca, issue, clock } = await startPrivateCa(t);
  await ca.saveTemplate(testAdministrator, 'short', { ...fields, days: 10 }, 0);
  assert.equal((await issue(['a.example.com'], { template: 'short' })).notAfter, clock.now() + 10 * 86_400_000);
  const changed = await ca.saveTemplate(testAdministrator, 'short', { ...fields, days: 5 }, 1);
  assert.deepEqual([changed.version, changed.builtIn], [2, false]);
  assert.equal((await issue(['a.example.com'], { template: 'short' })).notAfter, clock.now() + 5 * 86_400_000);
  await assert.rejects(ca.saveTemplate(testAdministrator, 'short', fields, 1), problem('private-ca.stale'));
  await ca.removeTemplate(testAdministrator, 'short');
  await assert.rejects(issue(['a.example.com'], { template: 'short' }), problem('private-ca.no-template'));
});

test('a template without subject makes the names critical, and one without names needs a subject', async (t) => {
  const { ca, issue } = await startPrivateCa(t);
  await ca.saveTemplate(testAdministrator, 'bare', { ...fields, subject: 'none' }, 0);
  const { parsed } = await issue(['a.example.com'], { template: 'bare' });
  assert.deepEqual([parsed.subject.rdns.length, parsed.extension('2.5.29.17')?.critical], [0, true]);
  const { csr } = await makeCsr([], { subject: [] });
  await assert.rejects(
    issue([], { csr, template: 'client' }),
    problem('private-ca.request-refused', /Neither a subject/),
  );
  await assert.rejects(
    issue([], { csr, template: 'web-server' }),
    problem('private-ca.request-refused', /needs an alternative name/),
  );
});

for (const [what, change] of Object.entries({
  'a usage that is none': { extendedKeyUsage: ['serverauth' as '1.2'] },
  'OCSP signing': { extendedKeyUsage: ['ocspSigning'] },
  'any usage': { extendedKeyUsage: ['2.5.29.37.0'] },
  'no usage': { extendedKeyUsage: [] },
  'the same usage twice': { extendedKeyUsage: ['serverAuth', 'serverAuth'] },
  'signing certificates': { keyUsage: ['keyCertSign'] },
  'a policy that is no OID': { policies: ['one'] },
  'a domain that is none': { domains: ['example'] },
  'a range that is none': { addresses: ['10.0.0.0'] },
} satisfies Record<string, Partial<TemplateFields>>)) {
  test(`a template with ${what} is refused`, async (t) => {
    const { ca } = await startPrivateCa(t);
    const wrong = { ...fields, ...change } as TemplateFields;
    await assert.rejects(ca.saveTemplate(testAdministrator, 'wrong', wrong, 0), problem('private-ca.invalid'));
  });
}

test('no template is called default, as the ACME directory with all profiles is', async (t) => {
  const { ca } = await startPrivateCa(t);
  await assert.rejects(ca.saveTemplate(testAdministrator, 'default', fields, 0), problem('private-ca.invalid', /ACME/));
});
