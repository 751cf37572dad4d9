/**
 * What the process that serves CRLs, CA certificates and OCSP answers lives on, apart from the CRLs and the status
 * registers beside it. The file is `pki/published.snapshot`: eight bytes of magic, the serial in the clear (eight bytes,
 * big endian), then the JSON sealed by AES-256-GCM (NIST SP 800-38D) under the key of the publication and bound to that
 * serial. Exchanging this one file is what publishes.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeDurably } from '../durable-file.ts';
import { publishedPath } from './publication-paths.ts';

export { crlFolder, publicationFolder, publishedPath, statusFolder } from './publication-paths.ts';

export interface PublishedSnapshot {
  readonly format: 1;
  /** Grows with every change; the serving process reports the one it serves. */
  readonly serial: number;
  readonly authorities: readonly PublishedAuthority[];
  readonly crls: readonly PublishedCrl[];
  readonly limits: PublicationLimits;
}

export interface PublishedAuthority {
  /** Where its certificate is served: `/ca/<id>.cer`. */
  readonly path: string;
  /** DER in base64. */
  readonly certificate: string;
  /** Present when `/ocsp` answers about what it issued. */
  readonly ocsp?: PublishedResponder;
}

/** The certificate and key that sign OCSP answers: no other private key is in the snapshot. */
export interface PublishedResponder {
  /** DER in base64; issued by the CA for signing OCSP answers. */
  readonly certificate: string;
  /** PKCS#8 DER in base64. */
  readonly keyPkcs8: string;
  readonly digest: 'sha256' | 'sha384' | 'sha512';
  /** How long an answer holds, in milliseconds. */
  readonly validity: number;
  /** Name of the file in `pki/status` that says which serial numbers were issued and revoked. */
  readonly register: string;
}

/** Times are milliseconds since 1970. */
export interface PublishedCrl {
  /** Where it is served: `/crl/<id>.crl`, `/crl/<id>/<partition>.crl`. */
  readonly path: string;
  /** Name of the file in `pki/crl`; never written again once it is named here. */
  readonly file: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** When the one after it is planned: no cache should keep it for longer. */
  readonly renewAt: number;
}

/** What one client, and all of them together, may ask of the serving process. */
export interface PublicationLimits {
  readonly connections: number;
  /** Per IPv4 address, or per IPv6 /64. */
  readonly connectionsPerAddress: number;
  /** OCSP answers signed per second because no signed one could be taken from memory. */
  readonly signaturesPerSecond: number;
}

/** What holds unless told otherwise. */
export const defaultPublicationLimits: PublicationLimits = {
  connections: 2_000,
  connectionsPerAddress: 100,
  signaturesPerSecond: 500,
};

/** Seals the snapshot and puts it in place durably: after a crash the old or the new one is there, whole. */
export async function writePublished(folder: string, key: Uint8Array, snapshot: PublishedSnapshot): Promise<void> {
  const plain = Buffer.from(JSON.stringify(snapshot));
  const head = Buffer.alloc(headLength);
  magic.copy(head);
  head.writeBigUInt64BE(BigInt(snapshot.serial), magic.length);
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(head);
  const sealed = Buffer.concat([head, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  plain.fill(0);
  await writeDurably(publishedPath(folder), sealed);
}

/** The snapshot of a folder. Throws the file error, or an Error that says what is wrong with the file. */
export async function readPublished(folder: string, key: Uint8Array): Promise<PublishedSnapshot> {
  const bytes = await readFile(publishedPath(folder));
  if (bytes.length < headLength + nonceLength + tagLength || !bytes.subarray(0, magic.length).equals(magic)) {
    throw new Error('the file does not begin as a snapshot of the publication does');
  }
  const head = bytes.subarray(0, headLength);
  const nonce = bytes.subarray(headLength, headLength + nonceLength);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(head);
  decipher.setAuthTag(bytes.subarray(bytes.length - tagLength));
  const plain = Buffer.concat([
    decipher.update(bytes.subarray(headLength + nonceLength, bytes.length - tagLength)),
    decipher.final(),
  ]);
  const snapshot = JSON.parse(plain.toString()) as PublishedSnapshot;
  plain.fill(0);
  if (snapshot.format !== 1) throw new Error(`snapshot format ${String(snapshot.format)} is not known here`);
  return snapshot;
}

const magic = Buffer.from('TGPUBL1\n');
const headLength = magic.length + 8;
const nonceLength = 12;
const tagLength = 16;
