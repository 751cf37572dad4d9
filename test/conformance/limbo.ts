/** x509-limbo: path building, RFC 5280, CA/Browser Forum rules, name constraints, denial of service, some CRLs. */
import { type Certificate, parseCertificate } from '../../src/pki/certificate/certificate.ts';
import type { KeyUsage } from '../../src/pki/certificate/extension/extension-set.ts';
import { ipBytes } from '../../src/pki/name/ip-bytes.ts';
import { matchName } from '../../src/pki/name/match-name.ts';
import { normalHost, type ReferenceName } from '../../src/pki/name/reference-name.ts';
import { type Profile, rfc5280, webpki } from '../../src/pki/path/profile.ts';
import { type Rejection, reject } from '../../src/pki/path/rejection.ts';
import { TrustStore } from '../../src/pki/path/trust-store.ts';
import { verifyPath } from '../../src/pki/path/verify-path.ts';
import { decodePem } from '../../src/pki/pem.ts';
import { hardFailRevocation } from './hard-fail-revocation.ts';
import { isPublicSuffix } from './public-suffix.ts';
import type { ConformanceCase, Control, Outcome, Suite } from './suite.ts';

interface LimboName {
  readonly kind: 'DNS' | 'IP' | 'RFC822';
  readonly value: string;
}

export interface LimboCase {
  readonly id: string;
  readonly expected_result: 'SUCCESS' | 'FAILURE';
  readonly validation_kind: 'SERVER' | 'CLIENT';
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
  readonly expected_peer_name: LimboName | null;
  readonly expected_peer_names: readonly LimboName[];
  /** All of them are needed where the certificate states its key usage. */
  readonly key_usage: readonly string[];
  readonly extended_key_usage: readonly string[];
  readonly max_chain_depth: number | null;
  readonly crls?: readonly string[];
}

export function limboSuite(name: string, file: { readonly testcases: readonly LimboCase[] }, now: number): Suite {
  return { name, cases: file.testcases.map((testCase) => limboCase(testCase, now)) };
}

function limboCase(limbo: LimboCase, now: number): ConformanceCase {
  return {
    id: limbo.id,
    expected: limbo.expected_result === 'SUCCESS' ? 'accept' : 'reject',
    run: (control) => runLimbo(limbo, now, control),
  };
}

function runLimbo(limbo: LimboCase, now: number, control: Control): Outcome {
  const leaf = certificate(limbo.peer_certificate);
  if (leaf === undefined) return { actual: 'reject', code: 'parse' };
  const profile = profileOf(limbo.id);
  const trust = new TrustStore(certificates(limbo.trusted_certs));
  const time = limbo.validation_time === null ? now : Date.parse(limbo.validation_time);
  const crls = control === 'no-crls' ? [] : (limbo.crls ?? []).flatMap((pem) => blocks(pem));
  const intermediates = certificates(limbo.untrusted_intermediates);
  const result = verifyPath({
    leaf,
    intermediates,
    trust,
    time,
    profile,
    extendedKeyUsages: extendedKeyUsages(limbo),
    maxIntermediates: limbo.max_chain_depth ?? intermediates.length,
    checkLeaf: (c) => checkKeyUsage(c, limbo) ?? checkNames(c, limbo),
    ...(crls.length > 0 && { checkPath: hardFailRevocation({ crls, time, profile, extra: intermediates }) }),
  });
  return result.accepted
    ? { actual: 'accept' }
    : { actual: 'reject', code: result.rejection.code, message: result.rejection.message };
}

/** Some pairs of cases ask for opposite answers: the id says under which profile each is meant. */
function profileOf(id: string): Profile {
  if (id.startsWith('webpki::') || id.startsWith('online::')) return { ...webpki, isPublicSuffix };
  // these are about finding a path, not about the tidiness of issuers
  return /^(bettertls|cve)::/.test(id) ? { ...rfc5280, conformingIssuer: false } : rfc5280;
}

function checkKeyUsage(leaf: Certificate, limbo: LimboCase): Rejection | undefined {
  const wanted = (limbo.key_usage ?? []).map((usage) => (usage === 'contentCommitment' ? 'nonRepudiation' : usage));
  const absent = wanted.find((usage) => leaf.keyUsage?.has(usage as KeyUsage) === false);
  return absent === undefined ? undefined : reject('path.key-usage', `the key usage lacks ${absent}`, leaf);
}

function checkNames(leaf: Certificate, limbo: LimboCase): Rejection | undefined {
  const wanted = limbo.expected_peer_name === null ? limbo.expected_peer_names : [limbo.expected_peer_name];
  for (const name of wanted) {
    const reference = referenceOf(name);
    const rules = { wildcards: true, commonName: false };
    if (reference === undefined || matchName(leaf, reference, rules).matched === undefined) {
      return reject('path.name-mismatch', `the certificate does not prove ${name.value}`, leaf);
    }
  }
  return undefined;
}

function referenceOf(name: LimboName): ReferenceName | undefined {
  if (name.kind === 'RFC822') return { kind: 'email', mailbox: name.value };
  if (name.kind === 'IP') {
    const bytes = ipBytes(name.value);
    return bytes && { kind: 'ip', bytes, text: name.value };
  }
  const host = normalHost(name.value);
  return host === undefined ? undefined : { kind: 'dns', host };
}

const usageOids: Readonly<Record<string, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
};

function extendedKeyUsages(limbo: LimboCase): readonly string[] {
  if (limbo.extended_key_usage.includes('anyExtendedKeyUsage')) return [];
  const named = limbo.extended_key_usage.map((usage) => usageOids[usage] ?? usage);
  if (named.length > 0) return named;
  return [usageOids[limbo.validation_kind === 'SERVER' ? 'serverAuth' : 'clientAuth']!];
}

function certificates(pems: readonly string[]): readonly Certificate[] {
  return pems.flatMap((pem) => certificate(pem) ?? []);
}

function certificate(pem: string): Certificate | undefined {
  const [der] = blocks(pem);
  const parsed = der && parseCertificate(der, { deferExtensions: true });
  return parsed?.ok ? parsed.value : undefined;
}

function blocks(pem: string): readonly Uint8Array[] {
  const decoded = decodePem(pem);
  return decoded.ok ? decoded.value.map((block) => block.der) : [];
}
