/** Writes distinguished names (RFC 5280 4.1.2.4, string types of appendix A.1). */
import { ia5String, oid, printableString, sequence, setOf, utf8String } from '../der/writer.ts';

/** Attribute types that can be written by their short name; any other by its dotted OID. */
const subjectFieldOids = {
  CN: '2.5.4.3',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  street: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  postalCode: '2.5.4.17',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
} as const;

export interface SubjectField {
  /** A short name of `subjectFieldOids` or a dotted OID. */
  readonly type: keyof typeof subjectFieldOids | `${number}.${string}`;
  readonly value: string;
}

/**
 * Encodes a Name with one attribute per RDN, in the order given. Throws a RangeError for a country that is not two
 * letters or text that does not fit its string type: callers check what people type before.
 */
export function encodeName(fields: readonly SubjectField[]): Uint8Array {
  return sequence(...fields.map((field) => setOf(attribute(field))));
}

function attribute({ type, value }: SubjectField): Uint8Array {
  const dotted = (subjectFieldOids as Readonly<Record<string, string>>)[type] ?? type;
  return sequence(oid(dotted), attributeValue(dotted, value));
}

function attributeValue(dotted: string, value: string): Uint8Array {
  switch (dotted) {
    case subjectFieldOids.C:
      if (!/^[A-Za-z]{2}$/.test(value)) throw new RangeError('a country is two letters (X.520 6.3.1)');
      return printableString(value);
    case subjectFieldOids.serialNumber:
      return printableString(value);
    case subjectFieldOids.DC:
    case subjectFieldOids.emailAddress:
      return ia5String(value);
    default:
      return utf8String(value);
  }
}
