import assert from 'node:assert/strict';
import { checkPrimeSync, generatePrimeSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { IdentityGateway } from '../../../../test/support/identity-gateway.ts';
import { identityUploads } from '../../../../test/support/identity-uploads.ts';
import { certificateOf, makeLeaf, rsaKeyInfo } from '../../../../test/support/leaf.ts';
import { createOpensslCa, type OpensslCa, openssl } from '../../../../test/support/openssl.ts';

const names = ['gw1.example.com'];
const domain = `domain:video.example.com`;
const uploads = identityUploads();
const { path, preview, refused, warns, errorCodes, warningCodes, both } = uploads;
let gateway: IdentityGateway;
let ca: OpensslCa;
let stranger: OpensslCa;
before(async () => {
  ({ gateway, ca, stranger } = await uploads.start());
});

describe('names of the certificate', () => {
  const san = (value: string, slot: string) => ({ extensions: [`subjectAltName = ${value}`], slot });
  for (const slot of ['server', domain]) {
    for (const value of [
      'DNS:gw1.example.com,DNS:gateway',
      'DNS:gw1.example.com,IP:192.0.2.1',
      'DNS:a_b.example.com',
    ]) {
      test(`${value} in the SAN is refused in the slot ${slot}`, async () => {
        const { extensions } = san(value, slot);
        const problem = await refused(both(await ca.issue(names, { extensions })), { slot });
        assert.equal(problem.detail, 'Subject alternative name must be a valid FQDN');
      });
    }
    for (const name of ['gateway', '192.0.2.1']) {
      test(`${name} as CN is refused in the slot ${slot}`, async () => {
        const leaf = await makeLeaf(ca, { subject: [{ type: 'CN', value: name }] });
        const problem = await refused(both(leaf), { slot });
        assert.equal(problem.detail, 'Common name must be a valid FQDN');
      });
    }
  }

  test('in the client slot a host name as CN is a warning, and an IP in the SAN is only shown', async () => {
    const leaf = await makeLeaf(ca, {
      subject: [{ type: 'CN', value: 'gateway' }],
      extensions: {
        extendedKeyUsage: ['clientAuth'],
        subjectAltName: [
          { kind: 'dns', value: 'gw1.example.com' },
          { kind: 'ip', value: '192.0.2.1' },
        ],
      },
    });
    const shown = await warns(leaf, 'identity.cn-not-fqdn', /Common name must be a valid FQDN/, { slot: 'client' });
    assert.deepEqual(warningCodes(shown), ['identity.cn-not-fqdn']);
    assert.ok(shown.certificate.names.some((name) => name.text === 'IP Address:192.0.2.1'));
  });

  test('other kinds of alternative names are only shown', async () => {
    const extensions = [
      'subjectAltName = DNS:gw1.example.com,URI:sip:example.com,email:a@example.com,otherName:1.3.6.1.5.5.7.8.5;UTF8:chat@host',
    ];
    const shown = await preview(both(await ca.issue(names, { extensions })));
    assert.deepEqual(shown.warnings, []);
    assert.equal(shown.certificate.names.length, 4);
  });

  for (const slot of ['server', 'client', domain]) {
    test(`a wildcard is refused in the slot ${slot}`, async () => {
      const inSan = await refused(both(await ca.issue(names, { extensions: ['subjectAltName = DNS:*.example.com'] })), {
        slot,
      });
      assert.ok(errorCodes(inSan).includes('identity.wildcard'));
      const leaf = await makeLeaf(ca, { subject: [{ type: 'CN', value: '*.example.com' }] });
      assert.deepEqual(errorCodes(await refused(both(leaf), { slot })), ['identity.wildcard']);
    });
  }

  test('no CN is warned about, naming what suffers', async () => {
    const leaf = await ca.issue(names, { subject: '/O=Example' });
    const shown = await preview(both(leaf));
    const [warning] = shown.warnings;
    assert.equal(warning?.code, 'identity.no-common-name');
    assert.match(
      warning?.detail ?? '',
      /Mobile and remote access, Jabber Guest and the web proxy of the meeting server/,
    );
  });

  test('no SAN is warned about', async () => {
    await warns(
      { extensions: { extendedKeyUsage: ['serverAuth', 'clientAuth'] } },
      'identity.no-alternative-names',
      /clients of today ignore the common name/,
    );
  });

  test('a SAN that lacks required names is warned about, listing them', async () => {
    await gateway.set({
      clusterName: 'cluster.example.com',
      peers: 'gw2.example.com',
      unifiedCommunications: { mra: true, registrationDomains: 'reg.example.com' },
    });
    const shown = await warns({}, 'identity.names-missing', /cluster\.example\.com, reg\.example\.com/);
    assert.equal(shown.warnings.find((w) => w.code === 'identity.names-missing')?.affected.length, 2);
    await gateway.set({
      clusterName: '',
      peers: '',
      unifiedCommunications: { mra: false, registrationDomains: '' },
    });
  });

  test('a domain’s certificate that lacks the domain is warned about', async () => {
    await warns({}, 'identity.names-missing', /video\.example\.com/, { slot: domain });
  });

  test('attributes outside the table are warned about', async () => {
    await warns(
      {
        subject: [
          { type: '2.5.4.12', value: 'Gateway' },
          { type: 'CN', value: 'gw1.example.com' },
        ],
      },
      'identity.unsupported-attributes',
      /2\.5\.4\.12.*SSH tunnels/,
    );
  });

  test('attributes inside the table, those of EV certificates too, pass', async () => {
    const subject = [
      { type: '1.3.6.1.4.1.311.60.2.1.1', value: 'London' },
      { type: '1.3.6.1.4.1.311.60.2.1.2', value: 'England' },
      { type: '1.3.6.1.4.1.311.60.2.1.3', value: 'GB' },
      { type: 'serialNumber', value: '1' },
      { type: 'street', value: 'Way 1' },
      { type: 'postalCode', value: 'N1' },
      { type: 'DC', value: 'example' },
      { type: 'UID', value: 'gw' },
      { type: 'CN', value: 'gw1.example.com' },
    ] as const;
    assert.deepEqual((await preview(both(await makeLeaf(ca, { subject })))).warnings, []);
  });
});

describe('dates and kinds of certificates', () => {
  const day = 86_400_000;

  test('a CA as leaf is refused', async () => {
    const leaf = await makeLeaf(ca, { extensions: { basicConstraints: { ca: true } } });
    assert.ok(errorCodes(await refused(both(leaf))).includes('identity.leaf-is-ca'));
  });

  test('an expired certificate is refused, and can be forced with a typed confirmation', async () => {
    const leaf = await makeLeaf(ca, { notBefore: Date.now() - 20 * day, notAfter: Date.now() - day });
    assert.deepEqual(errorCodes(await refused(both(leaf))), ['identity.expired']);
    const shown = await preview(both(leaf), { force: true, slot: 'client' });
    assert.equal(shown.typed, 'expired');
    const confirmation = `${path('client')}/${shown.previewId}/confirmation`;
    const before = await gateway.state();
    for (const typed of [undefined, 'yes']) {
      const problem = await gateway.refused('POST', confirmation, typed === undefined ? {} : { typed });
      assert.equal(problem.code, 'identity.not-confirmed');
    }
    assert.equal(await gateway.state(), before);
    await gateway.must('POST', confirmation, { typed: 'expired' });
    await gateway.must('POST', '/identities/client/reset');
  });

  test('a certificate that is not yet valid is warned about, with the date', async () => {
    await warns(
      { notBefore: Date.UTC(2040, 0, 2), notAfter: Date.UTC(2041, 0, 2) },
      'identity.not-yet-valid',
      /2040-01-02T00:00:00/,
    );
  });

  test('an end date of 2050 or later is warned about', async () => {
    await warns({ notAfter: Date.UTC(2050, 0, 1) }, 'identity.end-2050', /2050/);
    const before2050 = await preview(both(await makeLeaf(ca, { notAfter: Date.UTC(2050, 0, 1) - 1000 })));
    assert.deepEqual(before2050.warnings, []);
  });

  test('a self-signed certificate is warned about', async () => {
    const shown = await warns({ selfSigned: true }, 'identity.self-signed', /will not work in unified communications/);
    assert.deepEqual(warningCodes(shown), ['identity.self-signed']);
  });

  test('without serverAuth or clientAuth the upload is warned about', async () => {
    const extensions = (usage: 'serverAuth' | 'clientAuth') => ({
      extendedKeyUsage: [usage],
      subjectAltName: [{ kind: 'dns' as const, value: 'gw1.example.com' }],
    });
    const client = { extensions: extensions('clientAuth') };
    const server = { extensions: extensions('serverAuth') };
    const noServer = await warns(client, 'identity.no-server-auth', /lacks the extended key usage serverAuth/);
    assert.deepEqual(noServer.warnings[0]?.affected, [], 'no zones yet, so none are listed');
    const noClient = await warns(server, 'identity.no-client-auth', /lacks the extended key usage clientAuth/);
    assert.match(noClient.warnings[0]?.hint ?? '', /client certificate from a private CA/);
    await warns(server, 'identity.no-client-auth', /clientAuth/, { slot: 'client' });
    assert.deepEqual((await preview(both(await makeLeaf(ca, client)), { slot: 'client' })).warnings, []);
  });
});

describe('strength of key and signature', () => {
  const prime = (n: bigint) => checkPrimeSync(n);
  const modulus = (bits: number) => Buffer.alloc(bits / 8, 0xa7);

  test('RSA 1024 is warned about and not prevented', async () => {
    const shown = await preview(both(await ca.issue(names, { key: 'rsa-1024' })));
    assert.deepEqual(warningCodes(shown), ['identity.key-weak']);
    assert.match(shown.warnings[0]?.detail ?? '', /unacceptable level of security: RSA with 1024 bits/);
  });

  test('a SHA-1 signature is warned about and not prevented', async () => {
    const shown = await preview(both(await ca.issue(names, { digest: 'sha1' })));
    assert.deepEqual(warningCodes(shown), ['identity.signature-weak']);
  });

  test('an MD5 signature is refused', async () => {
    const old = await createOpensslCa(join(gateway.folder, 'old'), { name: 'Old CA', key: 'rsa' });
    const problem = await refused(both(await old.issue(names, { digest: 'md5' })));
    assert.deepEqual(errorCodes(problem), ['identity.signature-refused']);
  });

  test('RSA of 4104 bits is warned about', async () => {
    const file = join(gateway.folder, 'large.key');
    const key = await openssl(['genpkey', '-algorithm', 'rsa', '-pkeyopt', 'rsa_keygen_bits:4104']);
    await writeFile(file, key);
    const csr = await openssl(['req', '-new', '-key', file, '-subj', '/CN=gw1.example.com']);
    const certificate = await ca.sign(csr, {
      extensions: ['subjectAltName = DNS:gw1.example.com', 'extendedKeyUsage = serverAuth,clientAuth'],
    });
    const shown = await preview([certificate, key]);
    assert.deepEqual(warningCodes(shown), ['identity.key-large']);
    assert.match(shown.warnings[0]?.detail ?? '', /4104 bits: SIP TLS zones may fail/);
  });

  const broken: [string, Uint8Array, RegExp][] = [
    ['RSA 1016', rsaKeyInfo(modulus(1016), 65537), /1016 bits/],
    ['RSA 8200', rsaKeyInfo(modulus(8200), 65537), /8200 bits/],
    ['exponent 1', rsaKeyInfo(modulus(2048), 1), /exponent/],
    ['an even exponent', rsaKeyInfo(modulus(2048), 4), /exponent/],
    ['a small factor', rsaKeyInfo(Buffer.alloc(256, 0xff), 65537), /divisible by/],
  ];
  for (const [what, publicKeyInfo, detail] of broken) {
    test(`a key with ${what} is refused`, async () => {
      const leaf = await makeLeaf(ca, { publicKeyInfo });
      const problem = await refused([leaf.certificate]);
      assert.ok(errorCodes(problem).includes('identity.key-refused'), JSON.stringify(problem));
      assert.match(problem.detail, detail);
    });
  }

  test('a key with the ROCA flaw is refused', async () => {
    // Keys of the flawed chips are powers of 65537 modulo every small prime (CVE-2017-15361).
    const primes = Array.from({ length: 166 }, (_, i) => i + 2).filter((n) => prime(BigInt(n)) && n > 2);
    const product = primes.reduce((all, p) => all * BigInt(p), 1n);
    const modulus = Array.from({ length: 200 }, (_, i) => (1n << 2047n) / product + BigInt(i + 1))
      .map((times) => 65537n ** 5n + product * times)
      .find((n) => n % 2n === 1n && !Array.from({ length: 600 }, (_, i) => BigInt(i + 152)).some((d) => n % d === 0n));
    const publicKeyInfo = rsaKeyInfo(Buffer.from((modulus ?? 0n).toString(16), 'hex'), 65537);
    const leaf = await makeLeaf(ca, { publicKeyInfo });
    assert.match((await refused([leaf.certificate])).detail, /ROCA/);
  });

  test('a key with close primes is refused', async () => {
    const p = generatePrimeSync(1024, { bigint: true });
    let q = p + 2n;
    while (!checkPrimeSync(q)) q += 2n;
    const leaf = await makeLeaf(ca, { publicKeyInfo: rsaKeyInfo(Buffer.from((p * q).toString(16), 'hex'), 65537) });
    assert.match((await refused([leaf.certificate])).detail, /primes of the RSA key are so close/);
  });

  test('a point off the curve is refused', async () => {
    const point = Buffer.from(certificateOf((await makeLeaf(ca)).certificate).publicKeyInfo);
    point[point.length - 1]! ^= 1;
    const leaf = await makeLeaf(ca, { publicKeyInfo: point });
    assert.ok(errorCodes(await refused([leaf.certificate])).includes('identity.key-refused'));
  });

  test('DSA is refused', async () => {
    const file = join(gateway.folder, 'dsa.pem');
    await writeFile(file, await openssl(['dsaparam', '-genkey', '-noout', '1024']));
    const csr = await openssl(['req', '-new', '-key', file, '-subj', '/CN=gw1.example.com']);
    const certificate = await ca.sign(csr, { extensions: ['subjectAltName = DNS:gw1.example.com'] });
    assert.match((await refused([certificate])).detail, /DSA/);
  });

  for (const key of ['ed25519', 'ml-dsa-65'] as const) {
    test(`${key} is warned about: browsers and SIP peers may refuse it`, async () => {
      await warns({ key }, 'identity.key-uncommon', /browsers and SIP peers may refuse it/);
    });
  }

  test('Ed448 is warned about', async () => {
    const file = join(gateway.folder, 'ed448.pem');
    const key = await openssl(['genpkey', '-algorithm', 'ed448']);
    await writeFile(file, key);
    const csr = await openssl(['req', '-new', '-key', file, '-subj', '/CN=gw1.example.com']);
    const certificate = await ca.sign(csr, {
      extensions: ['subjectAltName = DNS:gw1.example.com', 'extendedKeyUsage = serverAuth,clientAuth'],
    });
    assert.deepEqual(warningCodes(await preview([certificate, key])), ['identity.key-uncommon']);
  });
});

describe('the issuing CA', () => {
  test('unknown: a warning that names it, never an error', async () => {
    const shown = await preview(both(await stranger.issue(names)));
    assert.deepEqual(warningCodes(shown), ['identity.chain-incomplete']);
    assert.match(shown.warnings[0]?.detail ?? '', /CN=Unknown CA/);
    assert.deepEqual(shown.appendable, []);
  });

  test('unknown but in the upload: appending it in the same step is offered', async () => {
    const leaf = await stranger.issue(names);
    const shown = await preview([...both(leaf), stranger.certificate]);
    assert.deepEqual(warningCodes(shown), ['identity.issuer-not-trusted']);
    assert.equal(shown.appendable[0]?.commonName, 'Unknown CA');
    assert.equal(shown.appendable.length, 1);
  });

  test('a missing intermediate: the chain is incomplete, and the missing issuer is named', async () => {
    const below = await ca.issueCa(join(gateway.folder, 'below'), { name: 'Below CA' });
    const leaf = await below.issue(names);
    const shown = await preview(both(leaf));
    assert.deepEqual(warningCodes(shown), ['identity.chain-incomplete']);
    assert.match(shown.warnings[0]?.detail ?? '', /CN=Below CA \(key identifier [0-9A-F:]+\)/);
    const whole = await preview([...both(leaf), below.certificate]);
    assert.deepEqual(whole.warnings, []);
  });

  test('a CA of the same name with another key is not taken for the issuer', async () => {
    const twin = await createOpensslCa(join(gateway.folder, 'twin'), { name: 'Known CA' });
    const shown = await preview(both(await twin.issue(names)));
    assert.deepEqual(warningCodes(shown), ['identity.chain-incomplete']);
  });
});
