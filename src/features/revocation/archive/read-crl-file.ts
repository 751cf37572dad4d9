/** A file of CRLs, recognised by its content: PEM, DER, or a ZIP or GZIP of those. */
import { printable } from '../../../lib/printable.ts';
import { describeBytes } from '../../../pki/container/describe-bytes.ts';
import { decodePem } from '../../../pki/pem.ts';
import { gunzip, isGzip } from './gzip.ts';
import { type UnpackLimits, UnpackRefusal, unpackLimits } from './unpack-error.ts';
import { isZip, readZip } from './zip.ts';

export interface CrlFile {
  /** DER of each CRL, not yet parsed. */
  readonly crls: readonly { readonly der: Uint8Array; readonly label: string }[];
  /** What was unpacked or converted, in words. */
  readonly notes: readonly string[];
}

const mostCrls = 1_000;

/** Throws `UnpackRefusal`. */
export function readCrlFile(file: Uint8Array, limits: UnpackLimits = unpackLimits): CrlFile {
  const read = isGzip(file) ? fromGzip(file, limits) : isZip(file) ? fromZip(file, limits) : plain(file, '');
  if (read.crls.length === 0) throw new UnpackRefusal('revocation.no-crl', 'there is no CRL in the file');
  if (read.crls.length > mostCrls)
    throw new UnpackRefusal('revocation.archive-too-large', `the file holds more than ${mostCrls} CRLs`);
  return read;
}

function fromGzip(file: Uint8Array, limits: UnpackLimits): CrlFile {
  const content = gunzip(file, limits);
  refuseNested(content, 'the GZIP file');
  const { crls, notes } = plain(content, '');
  return { crls, notes: ['The file was compressed by GZIP.', ...notes] };
}

function fromZip(file: Uint8Array, limits: UnpackLimits): CrlFile {
  const members = readZip(file, limits);
  const read = members.map(({ name, bytes }) => {
    refuseNested(bytes, name);
    return plain(bytes, name);
  });
  return {
    crls: read.flatMap(({ crls }) => [...crls]),
    notes: [`The file was a ZIP archive of ${members.length} ${members.length === 1 ? 'member' : 'members'}.`],
  };
}

function refuseNested(bytes: Uint8Array, where: string): void {
  if (isGzip(bytes) || isZip(bytes))
    throw new UnpackRefusal('revocation.archive-forbidden', `there is another archive inside ${where}`);
}

function plain(bytes: Uint8Array, label: string): CrlFile {
  const where = label === '' ? '' : `${label}: `;
  if (bytes[0] === 0x30) return { crls: [{ der: bytes, label }], notes: [] };
  if (!Buffer.from(bytes.subarray(0, 4_096)).includes('-----BEGIN'))
    throw new UnpackRefusal('revocation.unreadable', `${where}this is no CRL but ${describeBytes(bytes).what}`);
  const blocks = decodePem(bytes, { maxBytes: 128 << 20 });
  if (!blocks.ok) throw new UnpackRefusal('revocation.unreadable', `${where}${printable(blocks.error.message)}`);
  const others = blocks.value.filter(({ label: kind }) => kind !== 'X509 CRL');
  if (others[0] !== undefined)
    throw new UnpackRefusal(
      'revocation.unreadable',
      `${where}the file holds a ${printable(others[0].label, 60)}, where only CRLs are expected`,
    );
  return {
    crls: blocks.value.map(({ der }) => ({ der, label })),
    notes: ['The file was PEM.'],
  };
}
