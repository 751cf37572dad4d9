import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { after, test } from 'node:test';
import tls from 'node:tls';
import { createScratch } from '../../../test/support/openssl-scratch.ts';
import { at, decodeTlv, encodeTlv, primitive } from '../../../test/support/tlv.ts';
import { toHex } from '../../lib/bytes.ts';
import { toOneLine } from '../name/distinguished-name.ts';
import { decodePem } from '../pem.ts';
import { PkiRefusal } from '../pki-error.ts';
import { type Certificate, fingerprint, isSelfIssued, parseCertificate } from './certificate.ts';
import { verifySignedBy } from './verify-signature.ts';

const scratch = createScratch();
after(() => scratch.remove());
scratch.openssl('genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem');

/** A self-signed certificate with the extension lines given. */
function make(lines: readonly string[] = ['basicConstraints=CA:FALSE'], more: readonly string[] = []): Uint8Array {
  const section = ['[req]', 'distinguished_name=dn', 'prompt=no', '[dn]', 'CN=gate.example.com', '[ext]', ...lines];
  scratch.write('c.cnf', section.join('\n'));
  scratch.openssl([
    'req',
    '-x509',
    '-key',
    'key.pem',
    '-config',
    'c.cnf',
    '-extensions',
    'ext',
    '-outform',
    'DER',
    '-out',
    'c.der',
    ...more,
  ]);
  return new Uint8Array(scratch.read('c.der'));
}

function parse(der: Uint8Array): Certificate {
  const parsed = parseCertificate(der);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  return parsed.value;
}

test('every root that Node brings is read as OpenSSL reads it', () => {
  for (const pem of tls.rootCertificates) {
    const block = decodePem(pem);
    assert.ok(block.ok);
    const certificate = parse(block.value[0]!.der);
    const other = new X509Certificate(pem);
    assert.equal(BigInt(`0x${toHex(certificate.serial)}`), BigInt(`0x${other.serialNumber}`));
    assert.equal(certificate.notBefore, other.validFromDate.getTime());
    assert.equal(certificate.notAfter, other.validToDate.getTime());
    assert.equal(toHex(fingerprint(certificate.der)), other.fingerprint256.replaceAll(':', '').toLowerCase());
    assert.equal(toHex(fingerprint(certificate.der, 'sha1')), other.fingerprint.replaceAll(':', '').toLowerCase());
    assert.equal(certificate.basicConstraints?.ca, other.ca);
    assert.ok(isSelfIssued(certificate));
    assert.ok(certificate.publicKey.keyObject().equals(other.publicKey));
    assert.ok(verifySignedBy(certificate, certificate.publicKey, { weak: true }), toOneLine(certificate.subject));
    // Real roots break the profile in these two ways, which is why they are findings and no refusals.
    const forgiven = certificate.findings.filter((f) => f !== 'serial-zero' && f !== 'generalized-time-before-2050');
    assert.deepEqual(forgiven, []);
  }
});

test('a certificate to 2051 and one without end have the right dates', () => {
  const far = parse(make(undefined, ['-days', '12000']));
  assert.ok(far.notAfter > Date.UTC(2050, 0, 1));
  assert.equal(far.notAfter - far.notBefore, 12000 * 86_400_000);
});

test('serial numbers that break the profile are reported and not refused', () => {
  const tree = decodeTlv(make());
  const findings = (...octets: number[]) => {
    at(tree, 0, 1).content = Uint8Array.from(octets);
    return parse(encodeTlv(tree)).findings;
  };
  assert.deepEqual(findings(0x80), ['serial-negative']);
  assert.deepEqual(findings(0), ['serial-zero']);
  assert.deepEqual(findings(...Array(21).fill(1)), ['serial-too-long']);
  assert.deepEqual(findings(...Array(20).fill(1)), []);
  assert.deepEqual(findings(0, ...Array(20).fill(0xff)), ['serial-too-long']);
});

test('a second algorithm, an early GeneralizedTime, an empty issuer and an old version are reported', () => {
  const change = (work: (tbs: ReturnType<typeof decodeTlv>) => void) => {
    const tree = decodeTlv(make());
    work(at(tree, 0));
    return parse(encodeTlv(tree)).findings;
  };
  assert.deepEqual(
    change((t) => Object.assign(at(t, 2), { children: [primitive(6, 0x2a, 3)] })),
    ['signature-algorithms-differ'],
  );
  const early = { tag: 0x18, content: Buffer.from('20300101000000Z') };
  assert.deepEqual(
    change((t) => Object.assign(at(t, 4, 0), early)),
    ['generalized-time-before-2050'],
  );
  assert.deepEqual(
    change((t) => Object.assign(at(t, 3), { children: [] })),
    ['empty-issuer'],
  );
  assert.deepEqual(
    change((t) => Object.assign(at(t, 3), { children: [{ tag: 0x31, children: [] }] })),
    ['empty-rdn'],
  );
  assert.deepEqual(
    change((t) => Object.assign(at(t, 7, 0), { children: [] })),
    ['empty-extensions'],
  );
  const version1 = change((t) => {
    t.children = t.children?.slice(1, 7) ?? [];
  });
  assert.deepEqual(version1, ['not-version-3']);
});

test('an unknown critical extension is named, an unknown one that is not critical is kept', () => {
  const certificate = parse(make(['1.2.3.4=critical,DER:0500', '1.2.3.5=DER:0500']));
  assert.deepEqual(certificate.unknownCriticalExtensions, ['1.2.3.4']);
  assert.equal(toHex(certificate.extension('1.2.3.5')?.value ?? new Uint8Array()), '0500');
  assert.equal(certificate.extension('1.2.3.6'), undefined);
});

test('checking can be deferred, and a malformed value is then refused when it is read', () => {
  const der = make(['nameConstraints=critical,permitted;DNS:example.com', 'subjectAltName=DER:3000']);
  assert.ok(!parseCertificate(der).ok);
  const parsed = parseCertificate(der, { deferExtensions: true });
  assert.ok(parsed.ok);
  assert.equal(parsed.value.nameConstraints?.permitted.length, 1);
  assert.throws(() => parsed.value.subjectAltName, PkiRefusal);
  assert.equal(parsed.value.checkExtensions()?.code, 'extension.empty');
});

test('bytes of the certificate are views on the input', () => {
  const der = make();
  const certificate = parse(der);
  for (const view of [certificate.tbs, certificate.signature, certificate.publicKeyInfo, certificate.issuer.der]) {
    assert.equal(view.buffer, der.buffer);
  }
  assert.ok(createPublicKey({ key: Buffer.from(certificate.publicKeyInfo), format: 'der', type: 'spki' }));
});

test('limits on size and on the number of extensions hold', () => {
  const many = make(Array.from({ length: 65 }, (_, i) => `1.2.3.${i}=DER:0500`));
  const refused = parseCertificate(many);
  assert.ok(!refused.ok && refused.error.code === 'extension.too-many');
  assert.ok(parseCertificate(many, { maxExtensions: 100 }).ok);
  assert.ok(!parseCertificate(many, { maxBytes: 100 }).ok);
});

test('errors never hold text from the certificate', () => {
  const hostile = '\u001b[2J<script>\r\n<134>1 fake syslog\u202e';
  const tree = decodeTlv(make(['subjectAltName=DNS:a.example.com']));
  at(tree, 0, 5, 0, 0, 1).content = Buffer.from(hostile);
  at(tree, 0, 7, 0, 0, -1).content = Uint8Array.of(0x30, 3, 0x89, 1, 0x1b);
  const parsed = parseCertificate(encodeTlv(tree));
  assert.ok(!parsed.ok);
  assert.match(parsed.error.message, /^[\x20-\x7e]{10,256}$/);
});
