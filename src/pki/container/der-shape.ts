/** Tells what a DER structure is by the types of its first members, before anything parses it in earnest. */
import { oidText } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { PkiRefusal } from '../pki-error.ts';

export type DerShape =
  | 'certificate'
  | 'csr'
  | 'crl'
  | 'pkcs7'
  | 'pkcs12'
  | 'private-key'
  | 'encrypted-key'
  | 'public-key'
  | 'ocsp-response'
  | 'unknown';

/** What the bytes set out to be. Looks at no more than a few headers; promises nothing about the rest. */
export function derShape(der: Uint8Array): DerShape {
  try {
    return shapeOf(der);
  } catch (thrown) {
    if (thrown instanceof PkiRefusal) return 'unknown';
    throw thrown;
  }
}

/** Length of the first element, header included, or undefined when its header makes no sense. May exceed the bytes. */
export function derLength(der: Uint8Array): number | undefined {
  const first = der[1];
  if (der[0] !== 0x30 || first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4 || der.length < 2 + octets) return undefined;
  let length = 0;
  for (let i = 0; i < octets; i++) length = length * 256 + der[2 + i]!;
  return 2 + octets + length;
}

interface Member {
  readonly tag: number;
  readonly content: Uint8Array;
}

const signedData = '1.2.840.113549.1.7.2';

function shapeOf(der: Uint8Array): DerShape {
  const [first, second, third] = firstMembers(contentOf(der));
  switch (first?.tag) {
    case 0x06:
      return oidText(first.content, 0, first.content.length) === signedData ? 'pkcs7' : 'unknown';
    case 0x0a:
      return second === undefined || second.tag === 0xa0 ? 'ocsp-response' : 'unknown';
    case 0x02:
      return numberedShape(first, second, third);
    case 0x30:
      if (second?.tag === 0x04) return 'encrypted-key';
      if (second?.tag === 0x03) return 'public-key';
      return second?.tag === 0x30 && third?.tag === 0x03 ? signedShape(first.content) : 'unknown';
    default:
      return 'unknown';
  }
}

/** Structures that begin with a version number. */
function numberedShape(version: Member, second: Member | undefined, third: Member | undefined): DerShape {
  if (second?.tag === 0x04) return 'private-key';
  if (second?.tag === 0x02 && third?.tag === 0x02) return 'private-key';
  if (second?.tag !== 0x30) return 'unknown';
  if (third?.tag === 0x04) return 'private-key';
  return version.content[0] === 3 ? 'pkcs12' : 'unknown';
}

/** Certificate, request or CRL: told apart by what is to be signed. */
function signedShape(tbs: Uint8Array): DerShape {
  const tags = firstMembers(tbs).map((member) => member.tag);
  if (tags[0] === 0xa0) return 'certificate';
  const isTime = (tag: number | undefined): boolean => tag === 0x17 || tag === 0x18;
  // CertificateList: version?, algorithm, issuer, time. Version 1 certificates have a SEQUENCE in that place.
  if (isTime(tags[0] === 0x02 ? tags[3] : tags[2])) return 'crl';
  if (tags[0] !== 0x02) return 'unknown';
  return tags[3] === undefined || tags[3] === 0xa0 ? 'csr' : 'certificate';
}

function contentOf(der: Uint8Array): Uint8Array {
  const length = derLength(der);
  if (length === undefined) throw new PkiRefusal('der.length', 'no length', 0);
  const header = der[1]! < 0x80 ? 2 : 2 + (der[1]! & 0x7f);
  return der.subarray(header, length);
}

function firstMembers(content: Uint8Array): Member[] {
  const reader = new DerReader(content);
  const members: Member[] = [];
  while (reader.more && members.length < 5) {
    const tag = reader.next('a member');
    members.push({ tag, content: reader.bytes() });
  }
  return members;
}
