/** Members of the list as PEM and as decoded text. */
import { printable } from '../../lib/printable.ts';
import { toOneLine } from '../../pki/name/distinguished-name.ts';
import { encodePem } from '../../pki/pem.ts';
import { certificateText } from '../../pki/text/certificate-text.ts';
import { crlText } from '../../pki/text/crl-text.ts';
import type { CaMember, CrlMember } from './state.ts';

/** PEM of one member; `titled` puts its name on a line above, which readers of PEM skip (RFC 7468 2). */
export function memberPem(member: CaMember | CrlMember, titled = false): string {
  const pem = encodePem('crl' in member ? 'X509 CRL' : 'CERTIFICATE', member.row.der);
  if (!titled) return pem;
  const name = 'crl' in member ? `CRL of ${toOneLine(member.crl.issuer)}` : toOneLine(member.certificate.subject);
  // A name must not be able to begin a block of its own.
  return `# ${printable(name).replaceAll('-----', '- - -')}\n${pem}`;
}

/** Decoded text of one member; of a long CRL the first thousand entries. */
export function memberText(member: CaMember | CrlMember): string {
  return 'crl' in member ? crlText(member.crl, { maxEntries: 1000 }) : certificateText(member.certificate);
}
