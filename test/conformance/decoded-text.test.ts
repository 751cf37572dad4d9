/** Decoded text against OpenSSL's over outside vectors: PKITS certificates and CRLs, and the odd ones of linters. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { parseCrl } from '../../src/pki/crl/crl.ts';
import { decodePem } from '../../src/pki/pem.ts';
import { certificateText } from '../../src/pki/text/certificate-text.ts';
import { crlText } from '../../src/pki/text/crl-text.ts';
import { needs } from '../support/needs.ts';
import { eachInTurns, opensslText, sameButForBreaks } from '../support/openssl-printed.ts';
import { base64, readBytes, readJson, vectorsFolder, withoutVectors } from './vectors.ts';

const skip = withoutVectors() || needs('openssl');

/** Where we differ, and why; an entry that no longer differs fails the test. */
const divergences: Readonly<Record<string, RegExp>> = {
  'control characters in names are escaped, so that a certificate cannot forge lines or drive a terminal':
    /IAN(BareWildcard|DNSPeriod|GoodSuffix|WildcardFirst)\.|SAN(BareWildcard|GoodSuffix|WildcardFirst)\.|evNoLocal\.|cs_aia_malformed_ocsp_url|newlinesInTLD/,
  'OpenSSL 3.0 does not know ML-DSA': /_mld\d\d_|ml-dsa-\d\d-certificate/,
  'extensions of one nation (subject and issuer sign tool) are shown as octets': /e-trust\.ru|grfc/,
  'an ediPartyName that OpenSSL cannot take apart is named all the same': /san_edipartyname/,
  'proxy certificates (RFC 3820) are shown as octets': /bad-pc[46]-cert/,
};

test('PKITS certificates and CRLs print as OpenSSL prints them', { skip }, async () => {
  const certificates = filesIn('pkits', 'certs');
  const crls = filesIn('pkits', 'crls');
  let refused = 0;
  await eachInTurns(certificates, async ({ id, der }) => {
    const parsed = parseCertificate(der);
    if (!parsed.ok) refused++;
    else assert.equal(certificateText(parsed.value), await opensslText('x509', der), id);
  });
  await eachInTurns(crls, async ({ id, der }) => {
    const parsed = parseCrl(der);
    if (!parsed.ok) refused++;
    else assert.equal(crlText(parsed.value), await opensslText('crl', der), id);
  });
  // Two certificates carry a signature that is not a whole number of octets.
  assert.ok(refused <= 2, `${refused} refused`);
  assert.ok(certificates.length + crls.length > 400);
});

test('odd certificates that are accepted print as OpenSSL prints them', { skip }, async (context) => {
  const { cases } = readOddCertificates();
  const differ: string[] = [];
  let same = 0;
  const patterns = Object.values(divergences);
  // Every third, so that it stays quick, and all that are expected to differ.
  const sample = cases.filter(({ id }, i) => i % 3 === 0 || patterns.some((pattern) => pattern.test(id)));
  await eachInTurns(sample, async ({ id, der }) => {
    const parsed = parseCertificate(der);
    if (!parsed.ok) return;
    const expected = sameButForBreaks(await opensslText('x509', der), parsed.value.extensions);
    if (certificateText(parsed.value) === expected) same++;
    else differ.push(id);
  });
  assert.deepEqual(
    differ.filter((id) => !patterns.some((pattern) => pattern.test(id))),
    [],
  );
  for (const [reason, pattern] of Object.entries(divergences)) {
    assert.ok(
      differ.some((id) => pattern.test(id)),
      `nothing differs any more: ${reason}`,
    );
  }
  context.diagnostic(`${same} the same, ${differ.length} listed divergences`);
});

test('certificates of x509-limbo print as OpenSSL prints them, every fifth of them', { skip }, async () => {
  const file = readJson<{ readonly testcases: readonly LimboCertificates[] }>(
    join(vectorsFolder, 'limbo', 'limbo-core.json'),
  );
  const pems = file.testcases.flatMap((c) => [...c.trusted_certs, ...c.untrusted_intermediates, c.peer_certificate]);
  const sample = [...new Set(pems)].filter((_, i) => i % 5 === 0);
  let same = 0;
  await eachInTurns(sample, async (pem) => {
    const blocks = decodePem(pem);
    const parsed = blocks.ok ? parseCertificate(blocks.value[0]!.der) : blocks;
    if (!parsed.ok) return;
    assert.equal(certificateText(parsed.value), await opensslText('x509', parsed.value.der));
    same++;
  });
  assert.ok(same > sample.length * 0.9);
});

interface LimboCertificates {
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
}

interface Vector {
  readonly id: string;
  readonly der: Uint8Array;
}

function filesIn(...folder: readonly string[]): Vector[] {
  const path = join(vectorsFolder, ...folder);
  return readdirSync(path).map((id) => ({ id, der: readBytes(path, id) }));
}

function readOddCertificates(): { readonly cases: readonly Vector[] } {
  const file = readJson<{ readonly tests: readonly { readonly id: string; readonly der: string }[] }>(
    join(vectorsFolder, 'parse', 'certificates.json'),
  );
  return { cases: file.tests.map(({ id, der }) => ({ id, der: base64(der) })) };
}
