/** BoringSSL: DER of certificates, of their frames, and of single extensions. */
import { parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { DerReader } from '../../src/pki/der/reader.ts';
import {
  bitString,
  boolean,
  element,
  explicit,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  utf8String,
} from '../../src/pki/der/writer.ts';
import { PkiRefusal } from '../../src/pki/pki-error.ts';
import type { Outcome, Suite } from './suite.ts';
import { base64 } from './vectors.ts';

export interface DerTest {
  readonly id: string;
  /** `certificate`, `certificate-outer`, `tbs-certificate-shallow`, or `extension-value NAME`. */
  readonly what: string;
  readonly der: string;
  readonly expected: 'accept' | 'reject';
  readonly fields?: Readonly<Record<string, string>> | null;
}

export function boringsslParseSuite(file: { readonly tests: readonly DerTest[] }): Suite {
  return {
    name: 'boringssl-parse',
    cases: file.tests.map((test) => ({ id: test.id, expected: test.expected, run: () => runDer(test) })),
  };
}

function runDer(test: DerTest): Outcome {
  const der = base64(test.der);
  try {
    const [what, name = ''] = test.what.split(' ');
    const extension = extensionOids[name];
    if (what === 'extension-value' && extension) return runCertificate(certificateWith(extension, der), {});
    if (what === 'tbs-certificate-shallow') return runCertificate(filledTbs(der), test.fields ?? {});
    if (what === 'certificate-outer') return runCertificate(der, test.fields ?? {}, true);
    if (what === 'certificate') return runCertificate(der, {});
    return { actual: 'not supported', message: `the harness reads no structure of the kind ${test.what}` };
  } catch (refusal) {
    if (refusal instanceof PkiRefusal) return { actual: 'reject', code: refusal.error.code, message: refusal.message };
    throw refusal;
  }
}

function runCertificate(der: Uint8Array, fields: Readonly<Record<string, string>>, frame = false): Outcome {
  const parsed = parseCertificate(der, { deferExtensions: frame });
  if (!parsed.ok)
    return { actual: 'reject', code: parsed.error.code, message: `${parsed.error.message} at ${parsed.error.offset}` };
  const c = parsed.value;
  const got: Readonly<Record<string, Uint8Array | undefined>> = {
    tbs: c.tbs,
    signatureAlgorithm: c.signatureAlgorithm.der,
    signature: c.signature,
    serial_number: c.serial,
    issuer_unique_id: c.issuerUniqueId,
    subject_unique_id: c.subjectUniqueId,
  };
  for (const [name, wanted] of Object.entries(fields)) {
    const value = got[name];
    if (value === undefined) continue;
    if (Buffer.from(value).toString('base64') !== wanted) return { actual: 'other fields', message: name };
  }
  return { actual: 'accept' };
}

const algorithm = sequence(oid('1.2.840.113549.1.1.11'), nullValue());
const name = sequence(setOf(sequence(oid('2.5.4.3'), utf8String('a'))));
const key = sequence(sequence(oid('1.3.101.112')), bitString(new Uint8Array(32)));
const validity = sequence(element(0x17, Buffer.from('200101000000Z')), element(0x17, Buffer.from('300101000000Z')));

/** A certificate around one extension, so that the engine's own reading of a certificate meets it. */
function certificateWith(identifier: string, value: Uint8Array): Uint8Array {
  const extensions = explicit(3, sequence(sequence(oid(identifier), boolean(false), octetString(value))));
  const version = explicit(0, integer(2));
  const tbs = sequence(version, integer(1), algorithm, name, validity, name, key, extensions);
  return sequence(tbs, algorithm, bitString(Uint8Array.of(1)));
}

const extensionOids: Readonly<Record<string, string>> = {
  authorityKeyIdentifier: '2.5.29.35',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
  issuerAltName: '2.5.29.18',
  freshestCRL: '2.5.29.46',
  subjectDirectoryAttributes: '2.5.29.9',
  privateKeyUsagePeriod: '2.5.29.16',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
};

/**
 * The frames of the suite hold placeholders where algorithm, names, key and extensions belong. They are replaced by
 * sound ones, so that what is left to judge is the frame.
 */
function filledTbs(der: Uint8Array): Uint8Array {
  const reader = new DerReader(der);
  const outer = reader.enter(0x30, 'tbsCertificate');
  const sound = [algorithm, name, undefined, name, key];
  const members: Uint8Array[] = [];
  let sequences = 0;
  while (reader.more) {
    const tag = reader.peek();
    if (tag === 0xa3) {
      const frame = reader.enter(tag, 'extensions');
      reader.expect(0x30, 'extensions');
      reader.leave(frame, 'extensions');
      members.push(explicit(3, sequence(sequence(oid('1.2.3'), octetString(new Uint8Array())))));
      continue;
    }
    reader.next('member');
    if (tag === 0x30) members.push(sound[sequences++] ?? reader.element());
    else members.push(reader.element());
  }
  reader.leave(outer, 'tbsCertificate');
  reader.finish('tbsCertificate');
  return sequence(sequence(...members), algorithm, bitString(Uint8Array.of(1)));
}
