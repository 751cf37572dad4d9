/** BoringSSL: the status of a certificate by one CRL, and by one OCSP answer; the OCSP request that is built. */
import { type Certificate, parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { crlStatus } from '../../src/pki/crl/crl-status.ts';
import { CrlCollection, loadCrl } from '../../src/pki/crl/loaded-crl.ts';
import type { UnknownStatusCode } from '../../src/pki/crl/revocation-status.ts';
import { oidText } from '../../src/pki/der/oid.ts';
import { DerReader } from '../../src/pki/der/reader.ts';
import { equalNames } from '../../src/pki/name/distinguished-name.ts';
import { buildOcspRequest } from '../../src/pki/ocsp/build-ocsp-request.ts';
import { parseOcspResponse } from '../../src/pki/ocsp/ocsp.ts';
import { ocspStatus } from '../../src/pki/ocsp/ocsp-status.ts';
import type { Control, Outcome, Suite } from './suite.ts';
import { base64 } from './vectors.ts';

export interface CrlTest {
  readonly id: string;
  readonly certificate: string;
  readonly issuer: string;
  /** Above the issuer in the path. */
  readonly issuer2: string | null;
  readonly crl: string;
  readonly time: string;
  readonly maxAgeSeconds: number;
  readonly expected: 'good' | 'revoked' | 'unknown';
}

export function boringsslCrlSuite(file: { readonly tests: readonly CrlTest[] }): Suite {
  return {
    name: 'boringssl-crl',
    cases: file.tests.map((test) => ({
      id: test.id,
      expected: test.expected,
      run: (control) => runCrl(test, control),
    })),
  };
}

function runCrl(test: CrlTest, control: Control): Outcome {
  const [certificate, issuer] = [certificateOf(test.certificate), certificateOf(test.issuer)];
  const above = test.issuer2 === null ? [issuer] : [issuer, certificateOf(test.issuer2)];
  const loaded = loadCrl(base64(test.crl), 'CRL');
  if (!loaded.ok && control === 'none')
    return { actual: 'unknown', code: loaded.error.code, message: loaded.error.message };
  const status = crlStatus({
    certificate,
    issuer,
    crls: new CrlCollection(loaded.ok && control !== 'no-crls' ? [loaded.value] : []),
    time: Date.parse(test.time),
    rules: { algorithms: 'any', conformingIssuer: false, maxAge: test.maxAgeSeconds * 1000 },
    signers: {
      named: (name) => above.filter(({ subject }) => equalNames(subject, name)),
      isTrusted: (signer) => above.includes(signer),
    },
  });
  return status.status === 'unknown'
    ? { actual: 'unknown', code: status.why, message: status.message }
    : { actual: status.status };
}

export interface OcspTest {
  readonly id: string;
  readonly certificate: string;
  readonly issuer: string;
  readonly response: string;
  readonly expectedRequest: string;
  readonly time: string;
  readonly maxAgeSeconds: number;
  readonly expected: 'good' | 'revoked' | 'unknown';
  readonly responseStatus: string;
}

export function boringsslOcspSuite(file: { readonly tests: readonly OcspTest[] }): Suite {
  return {
    name: 'boringssl-ocsp',
    cases: file.tests.map((test) => ({ id: test.id, expected: test.expected, run: () => runOcsp(test) })),
  };
}

/** The status, the reason where the suite says how the answer fails, and the request that would have been sent. */
function runOcsp(test: OcspTest): Outcome {
  const der = base64(test.response);
  const [certificate, issuer] = [certificateOf(test.certificate), certificateOf(test.issuer)];
  const request = Buffer.from(buildOcspRequest({ certificate, issuer })).toString('base64');
  if (request !== test.expectedRequest) return { actual: 'another request', message: request };
  const status = ocspStatus({
    certificate,
    issuer,
    answer: { der, source: 'OCSP' },
    time: Date.parse(test.time),
    rules: { algorithms: 'any', maxAge: test.maxAgeSeconds * 1000 },
  });
  if (status.status !== 'unknown') return { actual: status.status };
  const said = responseStatusOf(status.why, der);
  if (said !== test.responseStatus)
    return { actual: `unknown, but ${said} instead of ${test.responseStatus}`, code: status.why };
  return { actual: 'unknown', code: status.why, message: status.message };
}

const responseStatuses: Readonly<Partial<Record<UnknownStatusCode, string>>> = {
  'ocsp.refused': 'error_response',
  'ocsp.critical-extension': 'unhandled_critical_extension',
  'ocsp.no-answer': 'no_matching_response',
  'ocsp.not-yet-valid': 'invalid_date',
  'ocsp.expired': 'invalid_date',
  'ocsp.produced-at': 'bad_produced_at',
};

function responseStatusOf(why: UnknownStatusCode, der: Uint8Array): string {
  if (why !== 'ocsp.malformed') return responseStatuses[why] ?? 'provided';
  return hasSoundFrame(der) ? 'parse_response_data_error' : 'parse_response_error';
}

/** Whether everything around ResponseData is well formed, and it is one. */
function hasSoundFrame(der: Uint8Array): boolean {
  const parsed = parseOcspResponse(der);
  if (parsed.ok) return false;
  try {
    const reader = new DerReader(der);
    reader.enter(0x30, 'OCSPResponse');
    if (reader.smallInteger('status', 6, 0x0a) !== 0) return false;
    reader.enter(0xa0, 'responseBytes');
    reader.enter(0x30, 'responseBytes');
    reader.oid('responseType');
    if (oidText(der, reader.content, reader.stop) !== '1.3.6.1.5.5.7.48.1.1') return false;
    reader.octetString('response');
    const basic = new DerReader(der, reader.content, reader.stop);
    basic.enter(0x30, 'BasicOCSPResponse');
    basic.any('tbsResponseData');
    basic.any('signatureAlgorithm');
    basic.octetsInBits('signature');
    return true;
  } catch {
    return false;
  }
}

function certificateOf(text: string): Certificate {
  const parsed = parseCertificate(base64(text), { deferExtensions: true });
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}
