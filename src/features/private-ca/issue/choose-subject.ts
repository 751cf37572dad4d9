/** Which subject comes into a certificate (RFC 5280 4.1.2.6): what was asked for, as far as the template allows it. */
import { printable } from '../../../lib/printable.ts';
import type { CertificationRequest } from '../../../pki/csr/csr.ts';
import { isString } from '../../../pki/der/strings.ts';
import { IA5_STRING, PRINTABLE_STRING, UTF8_STRING } from '../../../pki/der/tag.ts';
import { encodeName, type SubjectField } from '../../../pki/name/build-name.ts';
import { type Attribute, type DistinguishedName, parseName } from '../../../pki/name/distinguished-name.ts';
import { ipBytes } from '../../../pki/name/ip-bytes.ts';
import { unsupportedAttributes } from '../../../pki/name/supported-attributes.ts';
import { isFqdn } from '../../settings/settings.ts';
import { refusedRequest } from '../problems.ts';
import type { Template } from '../template/template.ts';

import type { Limits } from './limits.ts';
import type { NoteList } from './notes.ts';
import { type Named, nameText } from './san-text.ts';

interface Rules {
  readonly template: Template;
  readonly limits: Limits;
  /** The alternative names: a host name as common name must be one of them. */
  readonly names: readonly Named[];
  readonly notes: NoteList;
}

/** The subject as it will stand in the certificate; what is changed stands in the notes. */
export function chooseSubject(
  csr: CertificationRequest,
  given: readonly SubjectField[] | undefined,
  rules: Rules,
): DistinguishedName {
  const asked = given === undefined ? csr.subject : encoded(given);
  const kept = asked.rdns.map((rdn) => rdn.filter((attribute) => keeps(attribute, rules))).filter((rdn) => rdn.length);
  const unsupported = rules.template.subject === 'any' ? unsupportedAttributes(asked) : [];
  if (unsupported.length > 0) {
    const list = unsupported.join(', ');
    rules.notes.add('unsupported-oid', `The subject holds attributes not every system knows (${list}).`);
  }
  const whole = kept.length === asked.rdns.length && kept.every((rdn, i) => rdn.length === asked.rdns[i]!.length);
  if (whole && kept.every((rdn) => rdn.every(wellEncoded))) return asked;
  return encoded(
    kept.flat().map(({ oid, value }) => ({ type: oid as `${number}.${string}`, value: fitting(oid, value) })),
  );
}

const commonName = '2.5.4.3';
const country = '2.5.4.6';
const mail = '1.2.840.113549.1.9.1';

function keeps(attribute: Attribute, { template, limits, names, notes }: Rules): boolean {
  const { oid, type, value } = attribute;
  const leave = (reason: string): false => {
    notes.add('subject-changed', `${type}=${printable(value)} is left out of the subject: ${reason}.`);
    return false;
  };
  if (template.subject === 'none') return leave('the template takes no subject');
  if (template.subject === 'common-name' && oid !== commonName) return leave('the template takes the common name only');
  if (!isString(attribute.tag)) return leave('its value is not text');
  // some programs end a text at its first NUL: bank.test NUL .example.com would be bank.test to them
  if (/\p{Cc}/u.test(value)) return leave('it holds control characters');
  if (oid === mail && !limits({ kind: 'email', value })) return leave('the authority may not issue for it');
  if (oid !== commonName) return true;
  // clients that still read common names would take a host name there for a proven one (RFC 9525 6.3)
  const host = hostName(value);
  if (host === undefined || names.some((name) => nameText(name) === host)) return true;
  return leave('it is a host name that is not among the alternative names');
}

function hostName(value: string): string | undefined {
  if (ipBytes(value) !== undefined) return `ip:${value}`;
  // as a program might read it: other full stops (UTS 46), one at the end, capitals
  const read = value
    .replaceAll(/[\u3002\uff0e\uff61]/g, '.')
    .replace(/\.$/, '')
    .toLowerCase();
  const bare = read.startsWith('*.') ? read.slice(2) : read;
  const looksLikeHost = isFqdn(bare).ok || (read.startsWith('*') && !read.includes(' '));
  return looksLikeHost ? `dns:${read}` : undefined;
}

/** RFC 5280 4.1.2.4: PrintableString or UTF8String; IA5String where an attribute is defined so (appendix A.1). */
function wellEncoded({ oid, tag, value }: Attribute): boolean {
  if (oid === mail || oid === '0.9.2342.19200300.100.1.25') return tag === IA5_STRING;
  if (oid === country) return tag === PRINTABLE_STRING && /^[A-Z]{2}$/.test(value);
  return tag === PRINTABLE_STRING || (tag === UTF8_STRING && oid !== '2.5.4.5');
}

function fitting(oid: string, value: string): string {
  return oid === country ? value.toUpperCase() : value;
}

function encoded(fields: readonly SubjectField[]): DistinguishedName {
  try {
    const name = parseName(encodeName(fields));
    if (name.ok) return name.value;
    throw new RangeError(name.error.message);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw refusedRequest(
      `The subject cannot be written: ${printable(error.message)}.`,
      'Correct the subject.',
      'subject',
    );
  }
}
