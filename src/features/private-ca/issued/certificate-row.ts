/** The record of one certificate, from its bytes. */
import { hash } from 'node:crypto';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { toRfc4514 } from '../../../pki/name/distinguished-name.ts';
import { serialText } from '../issue/serial.ts';
import type { NewCertificate } from '../store.ts';

export interface RowContents {
  readonly certificate: Certificate;
  /** What is kept, when `certificate` is what was looked at before it was signed. */
  readonly der?: Uint8Array;
  readonly authority: string;
  readonly template: string;
  /** `dns:a.example`, …. */
  readonly names: readonly string[];
  readonly source: NewCertificate['source'];
  readonly issuedBy: string;
  readonly partition: number;
  readonly now: number;
}

/** A row for a certificate that is good. */
export function certificateRow(contents: RowContents): NewCertificate {
  const { certificate, der = certificate.der, names, issuedBy, now, ...rest } = contents;
  const subject = toRfc4514(certificate.subject);
  return {
    ...rest,
    serial: serialText(certificate.serial),
    subject,
    names: JSON.stringify(names),
    search: searchText(subject, names),
    not_before: certificate.notBefore,
    not_after: certificate.notAfter,
    issued_at: now,
    issued_by: issuedBy,
    key_id: sha256(certificate.publicKeyInfo),
    fingerprint: sha256(der),
    status: 'good',
    revoked_at: null,
    reason: null,
    der,
  };
}

/** What a search looks into. */
export function searchText(subject: string, names: readonly string[]): string {
  return `${subject}\n${names.join('\n')}`.toLowerCase();
}

export function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}
