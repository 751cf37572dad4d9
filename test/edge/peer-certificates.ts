/** A private CA for peers of the edges: leaves good and bad, and CRLs. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EdgeCrlFile } from '../../src/edge/snapshot-peers.ts';
import { buildCertificate, publicKeyInfoOf } from '../../src/pki/certificate/build.ts';
import { parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { parseCrl } from '../../src/pki/crl/crl.ts';
import { indexCrl } from '../../src/pki/crl/crl-index.ts';
import { indexFile } from '../../src/pki/crl/crl-index-file.ts';
import {
  bitString,
  explicit,
  integer,
  octetString,
  oid,
  sequence,
  time,
  unsignedInteger,
} from '../../src/pki/der/writer.ts';
import { encodePem } from '../../src/pki/pem.ts';

export interface PeerLeaf {
  readonly der: Uint8Array;
  /** Leaf and what was issued between it and the CA. */
  readonly cert: string;
  readonly key: string;
  readonly serial: number;
  /** SHA-256 in lower-case hexadecimal. */
  readonly fingerprint: string;
}

export interface LeafWish {
  readonly name?: string;
  readonly use?: readonly ('serverAuth' | 'clientAuth')[];
  readonly notAfter?: number;
  readonly notBefore?: number;
}

export interface PeerCa {
  readonly base64: string;
  readonly pem: string;
  leaf(wish?: LeafWish): PeerLeaf;
  /** An intermediate of this CA, whose leaves present it. */
  intermediate(): PeerCa;
  /** DER of a CRL over these serial numbers. */
  crl(serials: readonly number[], number: number, nextUpdate?: number): Uint8Array;
  /** The same with so many entries in all; the others have long serial numbers. */
  bulkCrl(serials: readonly number[], number: number, entries: number): Uint8Array;
  /** SHA-256 of the publicKeyInfo in lower-case hexadecimal. */
  readonly keyId: string;
}

const day = 86_400_000;

export function makePeerCa(name = 'Peer CA'): PeerCa {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const subject = [{ type: 'CN', value: name }] as const;
  const der = buildCertificate({
    subject,
    issuer: subject,
    publicKeyInfo: publicKeyInfoOf(key),
    serial: Uint8Array.of(1),
    notBefore: Date.now() - day,
    notAfter: Date.now() + 365 * day,
    extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
    signingKey: key,
    digest: 'sha256',
  });
  return caOf(name, key, der, '');
}

let lastSerial = 0x1000;
const bothUses = ['serverAuth', 'clientAuth'] as const;

function caOf(name: string, key: KeyObject, der: Uint8Array, above: string): PeerCa {
  const issuer = [{ type: 'CN', value: name }] as const;
  const pem = encodePem('CERTIFICATE', der);
  return {
    base64: Buffer.from(der).toString('base64'),
    pem,
    leaf({ name: host = 'peer.example.com', use = bothUses, notAfter, notBefore } = {}) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      const serial = ++lastSerial;
      const leaf = buildCertificate({
        subject: [{ type: 'CN', value: host }],
        issuer,
        publicKeyInfo: publicKeyInfoOf(own),
        serial: Uint8Array.of(serial >> 8, serial & 255),
        notBefore: notBefore ?? Date.now() - day,
        notAfter: notAfter ?? Date.now() + 30 * day,
        extensions: {
          basicConstraints: { ca: false },
          keyUsage: ['digitalSignature'],
          extendedKeyUsage: use,
          subjectAltName: [{ kind: 'dns', value: host }],
        },
        signingKey: key,
        digest: 'sha256',
      });
      return {
        der: leaf,
        cert: encodePem('CERTIFICATE', leaf) + above,
        key: own.export({ type: 'pkcs8', format: 'pem' }) as string,
        serial,
        fingerprint: createHash('sha256').update(leaf).digest('hex'),
      };
    },
    intermediate() {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      const between = `${name} Intermediate`;
      const certificate = buildCertificate({
        subject: [{ type: 'CN', value: between }],
        issuer,
        publicKeyInfo: publicKeyInfoOf(own),
        serial: Uint8Array.of(2),
        notBefore: Date.now() - day,
        notAfter: Date.now() + 200 * day,
        extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
        signingKey: key,
        digest: 'sha256',
      });
      return caOf(between, own, certificate, encodePem('CERTIFICATE', certificate) + above);
    },
    crl: (serials, number, nextUpdate = Date.now() + day) => crlOf(serials, number, nextUpdate, 0),
    bulkCrl: (serials, number, entries) => crlOf(serials, number, Date.now() + day, entries),
    keyId: createHash('sha256').update(publicKeyInfoOf(key)).digest('hex'),
  };

  function crlOf(serials: readonly number[], number: number, nextUpdate: number, more: number): Uint8Array {
    // ecdsa-with-SHA256
    const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
    const entries = serials.map((serial) => entry(Uint8Array.of(serial >> 8, serial & 255)));
    if (more > 0) entries.push(bulk(more - serials.length));
    const tbs = sequence(
      integer(1),
      algorithm,
      subjectOf(der),
      time(Date.now() - 3_600_000 + number * 1_000),
      time(nextUpdate),
      ...(entries.length === 0 ? [] : [sequence(...entries)]),
      explicit(0, sequence(sequence(oid('2.5.29.20'), octetString(integer(number))))),
    );
    return sequence(tbs, algorithm, bitString(sign('sha256', tbs, key)));
  }
}

function entry(serial: Uint8Array): Uint8Array {
  return sequence(unsignedInteger(serial), time(Date.now() - 1_000));
}

/** Serial numbers of sixteen octets that differ in four of them. */
function bulk(count: number): Uint8Array {
  const one = Buffer.from(entry(new Uint8Array(16).fill(0x5a)));
  const all = Buffer.alloc(count * one.length, one);
  for (let i = 0; i < count; i++) all.writeUInt32BE(Math.imul(i, 0x9e3779b1) >>> 0, i * one.length + 8);
  return all;
}

function subjectOf(der: Uint8Array): Uint8Array {
  const parsed = parseCertificate(der);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value.subject.der;
}

/** Puts a CRL where a gateway's edges look for it; answers the name of the file. */
export function storeCrl(folder: string, der: Uint8Array): string {
  mkdirSync(join(folder, 'crl'), { recursive: true, mode: 0o700 });
  const file = `${createHash('sha256').update(der).digest('hex')}.crl`;
  writeFileSync(join(folder, 'crl', file), der);
  return file;
}

/** The same with its index, as the administration process hands them over. */
export function storeReadyCrl(folder: string, der: Uint8Array, signedBy: string): EdgeCrlFile {
  const file = storeCrl(folder, der);
  const id = file.slice(0, 64);
  const crl = parseCrl(der, { deferEntries: true });
  const index = crl.ok ? indexCrl(crl.value) : crl;
  if (!index.ok) throw new Error(index.error.message);
  const indexPath = join(folder, 'crl', `${id}.index`);
  writeFileSync(indexPath, indexFile(index.value.parts, id));
  return { file, source: 'automatic', id, indexFile: indexPath, signedBy };
}
