/** Certificates of authorities: what was asked for is checked, written, signed and looked at. */
import type { KeyObject } from 'node:crypto';
import { printable } from '../../../lib/printable.ts';
import { buildCertificate } from '../../../pki/certificate/build.ts';
import { keyIdentifier } from '../../../pki/certificate/build-extensions.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { publicKeyAt } from '../../../pki/key/public-key.ts';
import { encodeName, type SubjectField } from '../../../pki/name/build-name.ts';
import { digestFor } from '../issue/leaf-writer.ts';
import { lint } from '../issue/lint.ts';
import { newSerial } from '../issue/serial.ts';
import { confirmationNeeded, type Fault, invalidRequest, lintFailed } from '../problems.ts';
import type { PublicUrls } from '../public-urls.ts';
import { constraintsOf, limitFaults } from './name-limits.ts';
import type { NameLimits } from './requests.ts';

export interface AuthorityContents {
  readonly subject: readonly SubjectField[];
  readonly publicKeyInfo: Uint8Array;
  readonly notAfter: number;
  readonly constraints: NameLimits | null;
  /** Of the issuer and those above it, and its key; absent for a root. */
  readonly issuer?: {
    readonly path: readonly Certificate[];
    readonly key: KeyObject;
    readonly urls: Partial<PublicUrls>;
  };
  /** A root signs itself. */
  readonly ownKey: KeyObject;
}

/** What can be told to be wrong before a key is made. */
export function authorityFaults(request: {
  readonly subject: readonly SubjectField[];
  readonly days: number;
  readonly constraints?: NameLimits | null | undefined;
}): readonly Fault[] {
  const faults: Fault[] = [];
  if (!request.subject.some(({ type, value }) => type === 'CN' && value.trim() !== '')) {
    faults.push({ field: 'subject', detail: 'An authority needs a common name: people know it by that.' });
  }
  try {
    encodeName(request.subject);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    faults.push({ field: 'subject', detail: `The subject cannot be written: ${printable(error.message)}.` });
  }
  if (request.constraints) faults.push(...limitFaults(request.constraints));
  return faults;
}

/** Throws `private-ca.invalid` (422), and `private-ca.confirmation` (409) for an end in 2050 or later. */
export function checkAuthority(faults: readonly Fault[], notAfter: number, confirmed2050: boolean | undefined): void {
  if (faults.length > 0) throw invalidRequest(faults);
  if (notAfter >= Date.UTC(2050, 0, 1) && confirmed2050 !== true) {
    throw confirmationNeeded('It would end in 2050 or later, which some systems cannot read.', 'confirmed2050');
  }
}

/** The certificate, looked at before it is handed on. Throws `private-ca.lint` (422) when it would break a rule. */
export function buildAuthority(contents: AuthorityContents, now: number): Certificate {
  const { issuer, publicKeyInfo, subject } = contents;
  const above = issuer?.path[0];
  const curve = publicKeyAt(publicKeyInfo, 0, publicKeyInfo.length).curve;
  const build = (key: KeyObject): Certificate =>
    parsed(
      buildCertificate({
        subject,
        issuer: above?.subject ?? subject,
        publicKeyInfo,
        serial,
        notBefore: Math.max(Math.floor((now - 60_000) / 1000) * 1000, above?.notBefore ?? 0),
        notAfter: Math.floor(contents.notAfter / 1000) * 1000,
        extensions: {
          basicConstraints: { ca: true, ...(issuer === undefined ? {} : { pathLength: 0 }) },
          // digitalSignature: it may sign OCSP answers by itself
          keyUsage: ['digitalSignature', 'keyCertSign', 'cRLSign'],
          subjectKeyIdentifier: keyIdentifier(publicKeyInfo),
          ...(above === undefined
            ? {}
            : { authorityKeyIdentifier: above.subjectKeyIdentifier ?? keyIdentifier(above.publicKeyInfo) }),
          ...(contents.constraints === null ? {} : { nameConstraints: constraintsOf(contents.constraints) }),
          ...(issuer?.urls.crl === undefined ? {} : { crlDistributionPoints: [issuer.urls.crl] }),
          ...(issuer?.urls.issuer === undefined ? {} : { authorityInfoAccess: { caIssuers: [issuer.urls.issuer] } }),
        },
        signingKey: key,
        digest: digestFor(above === undefined ? curve : above.publicKey.curve),
      }),
    );
  const serial = newSerial();
  const made = build(issuer?.key ?? contents.ownKey);
  const findings = lint({ certificate: made, issuers: issuer?.path ?? [made] });
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw lintFailed(errors);
  return made;
}

function parsed(der: Uint8Array): Certificate {
  const certificate = parseCertificate(der);
  if (!certificate.ok) throw new Error(`a certificate was written that cannot be read: ${certificate.error.message}`);
  return certificate.value;
}
