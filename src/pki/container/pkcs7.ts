/**
 * PKCS#7 files that only carry certificates and CRLs (`.p7b`): the degenerate SignedData of RFC 2315 9.1 and
 * RFC 5652 5.1. Nothing in it is signed, so nothing is verified; the certificates speak for themselves.
 */
import { ok, type Result } from '../../lib/result.ts';
import { isOid, oidContent } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { element, integer, oid, sequence } from '../der/writer.ts';
import { type PkiError, refused } from '../pki-error.ts';

export interface Pkcs7Contents {
  /** DER of each certificate, in the order of the file; unparsed. */
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
}

/** Reads the certificates and CRLs of a SignedData; views on the input. */
export function readPkcs7(der: Uint8Array): Result<Pkcs7Contents, PkiError> {
  try {
    return ok(readContentInfo(new DerReader(der)));
  } catch (thrown) {
    return refused(thrown);
  }
}

/** Writes a certs-only SignedData, the certificates in the order given. */
export function writePkcs7(contents: Pkcs7Contents): Uint8Array {
  const { certificates, crls } = contents;
  const signed = sequence(
    integer(1),
    element(0x31),
    sequence(oid(data)),
    ...(certificates.length > 0 ? [element(0xa0, ...certificates)] : []),
    ...(crls.length > 0 ? [element(0xa1, ...crls)] : []),
    element(0x31),
  );
  return sequence(oid(signedData), element(0xa0, signed));
}

const data = '1.2.840.113549.1.7.1';
const signedData = '1.2.840.113549.1.7.2';
const signedDataContent = oidContent(signedData);

function readContentInfo(reader: DerReader): Pkcs7Contents {
  const info = reader.enter(0x30, 'the PKCS#7 structure');
  reader.oid('the content type');
  if (!isOid(reader.der, reader.content, reader.stop, signedDataContent)) {
    reader.fail('der.value', 'this PKCS#7 file does not hold certificates but other content', reader.start);
  }
  const wrapper = reader.enter(0xa0, 'the content');
  const contents = readSignedData(reader);
  reader.leave(wrapper, 'the content');
  reader.leave(info, 'the PKCS#7 structure');
  reader.finish('the PKCS#7 file');
  return contents;
}

/** Members of the SETs are taken in any order: every program writes them as they come. */
function readSignedData(reader: DerReader): Pkcs7Contents {
  const outer = reader.enter(0x30, 'SignedData');
  reader.smallInteger('the version', 5);
  reader.expect(0x31, 'the digest algorithms');
  reader.expect(0x30, 'the content info');
  const certificates = reader.peek() === 0xa0 ? readMembers(reader, 0xa0, 'the certificates') : [];
  const crls = reader.peek() === 0xa1 ? readMembers(reader, 0xa1, 'the CRLs') : [];
  reader.expect(0x31, 'the signer infos');
  reader.leave(outer, 'SignedData');
  return { certificates, crls };
}

function readMembers(reader: DerReader, tag: number, what: string): Uint8Array[] {
  const outer = reader.enter(tag, what);
  const members: Uint8Array[] = [];
  while (reader.more) {
    reader.expect(0x30, `a member of ${what}`);
    members.push(reader.element());
  }
  reader.leave(outer, what);
  return members;
}
