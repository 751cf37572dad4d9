import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { csrRequests, server } from '../../../../test/support/csr-requests.ts';
import type { IdentityGateway } from '../../../../test/support/identity-gateway.ts';
import { openssl } from '../../../../test/support/openssl.ts';
import type { CsrDefaults, CsrForm, CsrView } from '../schemas.ts';

const requests = csrRequests();
const { preview, generate, codes } = requests;
let gateway: IdentityGateway;
before(async () => {
  gateway = await requests.start();
});

const names = (csr: { names: { text: string }[] }) => csr.names.map((name) => name.text);

/** What openssl reads in the request, its signature checked. */
async function opensslText(csr: CsrView): Promise<string> {
  const file = join(gateway.folder, 'csr-under-test.pem');
  await writeFile(file, csr.pem);
  return openssl(['req', '-in', file, '-noout', '-text', '-verify', '-nameopt', 'utf8,sep_comma_plus_space']);
}

async function fieldError(form: CsrForm, field: string, detail: RegExp): Promise<void> {
  const before = await gateway.state();
  const problem = await gateway.refused('POST', `${server}/csr`, form);
  assert.equal(problem.status, 422);
  const error = problem.errors?.find((e) => e.field === field);
  assert.match(error?.detail ?? JSON.stringify(problem), detail);
  assert.ok(error?.hint);
  assert.equal(await gateway.state(), before, 'a refused request changes nothing');
}

describe('fields of a certificate signing request', () => {
  test('only the common name is needed, and it is this peer’s FQDN, repeated in the SAN', async () => {
    const csr = await generate();
    const text = await opensslText(csr);
    assert.match(text, /Subject: CN ?= ?gw1\.example\.com\n/);
    assert.match(text, /DNS:gw1\.example\.com\n/);
    assert.deepEqual(names(csr), ['DNS:gw1.example.com']);
  });

  test('every subject field reaches the request, in its place', async () => {
    const csr = await generate({
      country: 'gb',
      state: 'Greater London',
      locality: 'London',
      organization: 'Exämple Ltd',
      organizationalUnit: 'Voice',
      email: 'pki@example.com',
    });
    assert.match(
      await opensslText(csr),
      /Subject: C ?= ?GB, ST ?= ?Greater London, L ?= ?London, O ?= ?Exämple Ltd, OU ?= ?Voice, CN ?= ?gw1\.example\.com, emailAddress ?= ?pki@example\.com/,
    );
  });

  test('the country has two letters', () => fieldError({ country: 'GBR' }, 'country', /two letters/));
  test('an organization has at most 64 characters', () =>
    fieldError({ organization: 'x'.repeat(65) }, 'organization', /65 characters.*at most 64/));
  test('control characters in a field are refused', () => fieldError({ locality: 'a\u0000b' }, 'locality', /control/));
  test('an e-mail address must be one', () => fieldError({ email: 'nobody' }, 'email', /no e-mail address/));

  test('without an FQDN of its own the gateway asks for a common name', async () => {
    await gateway.set({ fqdn: '' });
    await fieldError({}, 'commonName', /no FQDN/);
    const csr = await generate({ commonName: 'typed.example.com' });
    assert.deepEqual(names(csr), ['DNS:typed.example.com']);
  });

  test('two hundred alternative names are no problem', async () => {
    const many = Array.from({ length: 200 }, (_, i) => `n${i}.example.com`);
    const csr = await generate({ additionalNames: [many.join(', ')] });
    assert.equal(csr.names.length, 201);
    assert.equal((await opensslText(csr)).match(/DNS:/g)?.length, 201);
  });

  test('errors of several fields come together', async () => {
    const problem = await gateway.refused('POST', `${server}/csr`, { country: 'x', digest: 'sha1', key: 'rsa-8192' });
    assert.deepEqual(problem.errors?.map((e) => e.field).sort(), ['country', 'digest', 'key']);
  });
});

describe('SAN choice', () => {
  const cluster = { clusterName: 'cluster.example.com', peers: 'gw2.example.com, gw3.example.com' };

  test('None means the common name alone', async () => {
    assert.deepEqual(names(await preview({ alternativeNames: 'none' })), ['DNS:gw1.example.com']);
  });

  test('in a cluster the common name is the cluster’s by default, or this peer’s', async () => {
    await gateway.set(cluster);
    assert.match((await preview({})).subject, /CN = cluster\.example\.com/);
    assert.match((await preview({ commonName: 'gw1.example.com' })).subject, /CN = gw1\.example\.com/);
    const { commonNames } = await gateway.must<CsrDefaults>('GET', `${server}/csr/form`);
    assert.deepEqual(
      commonNames.map(({ value }) => value),
      ['cluster.example.com', 'gw1.example.com'],
    );
  });

  test('in a cluster this peer and the cluster are always named, with None as well', async () => {
    await gateway.set(cluster);
    for (const alternativeNames of ['none', 'this-peer'] as const) {
      assert.deepEqual(names(await preview({ alternativeNames })), ['DNS:cluster.example.com', 'DNS:gw1.example.com']);
    }
  });

  test('all peers are named only on request, with a warning', async () => {
    await gateway.set(cluster);
    const all = await preview({ alternativeNames: 'all-peers' });
    assert.deepEqual(names(all).slice(2), ['DNS:gw2.example.com', 'DNS:gw3.example.com']);
    assert.ok(codes(all.reminders).includes('identity.all-peers'));
    assert.ok(!codes((await preview({})).reminders).includes('identity.all-peers'));
  });

  test('all peers of a gateway that stands alone are refused', () =>
    fieldError({ alternativeNames: 'all-peers' }, 'alternativeNames', /no cluster/));
});

describe('keys, digests and usages', () => {
  const kinds: [string, RegExp][] = [
    ['rsa-2048', /2048 bit/],
    ['rsa-3072', /3072 bit/],
    ['ec-p256', /NIST CURVE: P-256/],
    ['ec-p384', /NIST CURVE: P-384/],
    ['ec-p521', /NIST CURVE: P-521/],
    ['ed25519', /ED25519/],
  ];
  for (const [key, pattern] of kinds) {
    test(`a request with a key of kind ${key} verifies with openssl`, async () => {
      const csr = await generate({ key });
      assert.match(await opensslText(csr), pattern);
      assert.equal(csr.keyKind, key);
    });
  }

  test('RSA 4096 can be chosen', async () => {
    assert.equal((await generate({ key: 'rsa-4096' })).keyKind, 'rsa-4096');
  });

  test('ML-DSA can be chosen, with a reminder that it is for private CAs', async () => {
    const csr = await generate({ key: 'ml-dsa-65' });
    assert.equal(csr.keyKind, 'ml-dsa-65');
    assert.ok(codes((await preview({ key: 'ml-dsa-65' })).reminders).includes('identity.uncommon-key'));
    assert.ok(codes((await preview({ key: 'ed25519' })).reminders).includes('identity.uncommon-key'));
  });

  test('RSA 2048 and SHA-256 are the defaults', async () => {
    const csr = await generate();
    assert.equal(csr.keyKind, 'rsa-2048');
    assert.match(await opensslText(csr), /sha256WithRSAEncryption/);
  });

  test('RSA 8192 is refused with the reason', async () => {
    await fieldError({ key: 'rsa-8192' }, 'key', /SIP TLS zones may fail/);
    const problem = await gateway.refused('POST', `${server}/csr`, { key: 'rsa-8192' });
    assert.match(problem.errors?.[0]?.hint ?? '', /4096/);
  });

  test('an unknown kind of key is refused with the list', () => fieldError({ key: 'dsa' }, 'key', /cannot be made/));

  for (const digest of ['sha384', 'sha512']) {
    test(`${digest} can be chosen`, async () => {
      assert.match(await opensslText(await generate({ digest })), new RegExp(`${digest}WithRSAEncryption`));
    });
  }

  test('SHA-1 cannot be chosen', () => fieldError({ digest: 'sha1' }, 'digest', /SHA-1 cannot be chosen/));

  test('serverAuth and clientAuth are always requested', async () => {
    const csr = await generate();
    assert.match(await opensslText(csr), /TLS Web Server Authentication, TLS Web Client Authentication/);
    assert.match(csr.commands[0]?.command ?? '', /^certreq -submit -attrib "CertificateTemplate:Webclientandserver"/);
    assert.match(csr.commands[0]?.note ?? '', /administrator/);
    assert.match(csr.commands[1]?.command ?? '', /^openssl ca .*-md sha256$/);
  });

  test('serverAuth alone can be asked for, and the page says why and what suffers', async () => {
    const csr = await generate({ purpose: 'server-only' });
    const text = await opensslText(csr);
    assert.match(text, /TLS Web Server Authentication\n/);
    assert.match(csr.commands[0]?.command ?? '', /CertificateTemplate:WebServer"/);
    const { reminders } = await preview({ purpose: 'server-only' });
    assert.ok(codes(reminders).includes('identity.server-only'));
    const { helps } = await gateway.must<CsrDefaults>('GET', `${server}/csr/form`);
    assert.match(helps['purpose'] ?? '', /since 2026/);
    assert.match(helps['country'] ?? '', /drop every subject field/);
  });

  test('a client certificate without clientAuth is not asked for', async () => {
    const problem = await gateway.refused('POST', '/identities/client/csr', { purpose: 'server-only' });
    assert.equal(problem.errors?.[0]?.field, 'purpose');
  });
});

describe('names', () => {
  const bad: [string, RegExp][] = [
    ['gateway', /host name/],
    ['192.0.2.1', /IP address/],
    ['*.example.com', /wildcard/],
    ['under_score.example.com', /underscore/],
    ['gw.example.com.', /ends with a dot/],
    ['-gw.example.com', /hyphen/],
    ['gw-.example.com', /hyphen/],
    [`${'a'.repeat(64)}.example.com`, /64 characters/],
    [`${'a.'.repeat(130)}example.com`, /253/],
    ['gw.example.1com', /last label/],
  ];
  for (const [name, reason] of bad) {
    test(`${name.slice(0, 40)} is refused as common name and as additional name`, async () => {
      await fieldError({ commonName: name }, 'commonName', reason);
      await fieldError({ additionalNames: [`ok.example.com, ${name}`] }, 'additionalNames', reason);
    });
  }

  test('wildcards are refused in every slot', async () => {
    await gateway.must('POST', '/identities', { domain: 'wild.example.com' });
    for (const slot of ['server', 'client', 'domain:wild.example.com']) {
      const path = `/identities/${encodeURIComponent(slot)}/csr`;
      const problem = await gateway.refused('POST', path, { additionalNames: ['*.example.com'] });
      assert.equal(problem.errors?.[0]?.code, 'identity.wildcard');
    }
    const problem = await gateway.refused('POST', '/identities', { domain: '*.example.com' });
    assert.equal(problem.code, 'identity.domain-name');
  });

  test('the names of unified communications are worked out and carried in their formats', async () => {
    await gateway.set({
      dnsNames: 'alias.example.com',
      unifiedCommunications: {
        mra: true,
        xmppFederation: true,
        registrationDomains: 'reg1.example.com, reg2.example.com',
        registrationDomainFormat: 'srv',
        federationDomains: 'fed.example.com',
        federationDomainFormat: 'xmpp',
        chatNodeAliases: 'chat1.example.com',
      },
    });
    const csr = await generate();
    const text = await opensslText(csr);
    assert.match(text, /othername: SRVName::_collab-edge\._tls\.reg1\.example\.com/);
    assert.match(text, /othername: XmppAddr::fed\.example\.com/);
    for (const name of ['chat1', 'alias']) assert.match(text, new RegExp(`DNS:${name}\\.example\\.com`));
    const { reminders } = await preview({});
    assert.ok(codes(reminders).includes('identity.xmpp-address'));
  });

  test('the prefix collab-edge. keeps the bare domain out', async () => {
    await gateway.set({
      unifiedCommunications: {
        mra: true,
        registrationDomains: 'reg.example.com',
        registrationDomainFormat: 'collab-edge-dns',
      },
    });
    assert.deepEqual(names(await preview({})), ['DNS:gw1.example.com', 'DNS:collab-edge.reg.example.com']);
  });

  test('additional names go beyond the table, which is a minimum', async () => {
    const csr = await preview({ additionalNames: ['more.example.com', 'gw1.example.com'] });
    assert.deepEqual(names(csr), ['DNS:gw1.example.com', 'DNS:more.example.com']);
  });

  test('two or more names call for a multi-domain certificate', async () => {
    assert.ok(!codes((await preview({})).reminders).includes('identity.multi-domain'));
    const two = await preview({ additionalNames: ['b.example.com'] });
    assert.ok(codes(two.reminders).includes('identity.multi-domain'));
    const csr = await generate({ additionalNames: ['b.example.com'] });
    assert.deepEqual(codes(csr.reminders), ['identity.multi-domain']);
  });

  test('.local is flagged in lists and in additional names', async () => {
    await gateway.set({ unifiedCommunications: { mra: true, registrationDomains: 'corp.local' } });
    assert.ok(codes((await preview({})).reminders).includes('settings.local-name'));
    assert.ok(codes((await preview({ additionalNames: ['x.local'] })).reminders).includes('identity.local-name'));
  });

  test('a switch that is on with its list empty is flagged before the request is made', async () => {
    await gateway.set({ unifiedCommunications: { mra: true } });
    const { reminders } = await preview({});
    assert.ok(reminders.some((r) => r.code === 'settings.list-empty' && /registration domains/i.test(r.message)));
  });

  test('the preview changes nothing and gives the chat aliases to copy to the other gateway', async () => {
    await gateway.set({
      role: 'core',
      unifiedCommunications: {
        xmppFederation: true,
        chatNodeAliases: 'chat1.example.com, chat2.example.com',
        otherSideChatNodeAliases: 'chat1.example.com',
      },
    });
    const before = await gateway.state();
    const shown = await preview({});
    assert.equal(shown.chatNodeAliases, 'chat1.example.com, chat2.example.com');
    assert.ok(codes(shown.reminders).includes('settings.chat-aliases-differ'));
    assert.equal(await gateway.state(), before);
  });

  test('help texts explain registration domains', async () => {
    const { helps } = await gateway.must<CsrDefaults>('GET', `${server}/csr/form`);
    for (const words of [/Service discovery/i, /may differ from the SIP/, /Public names only/, /DNSSEC/]) {
      assert.match(helps['registrationDomains'] ?? '', words);
    }
  });
});
