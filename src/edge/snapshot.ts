/**
 * What an edge lives on: the identities it presents, whom it trusts and when, its settings. Written by the administration
 * process, kept sealed on disk, read by every edge at start and whenever it is told to. An edge knows no database.
 *
 * The file is `snapshot/edge.snapshot`: eight bytes of magic, the serial in the clear (eight bytes, big endian), then
 * the sealed JSON, bound to that serial.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../storage/durable-file.ts';
import type { ChallengeIdentity } from './acme-tls.ts';
import type { EdgePeers } from './snapshot-peers.ts';

export interface EdgeSnapshot extends EdgePeers {
  readonly format: 2;
  /** Grows by at least one with every change; edges report the one they serve. */
  readonly serial: number;
  /** The one with slot `server` is the default; there must be exactly one. */
  readonly identities: readonly EdgeIdentity[];
  /** Trusted CA certificates, base64 of the DER. */
  readonly trust: readonly string[];
  readonly settings: EdgeSettings;
  /** What a CA is shown that looks by TLS-ALPN-01; absent while none does. */
  readonly acmeTls?: readonly ChallengeIdentity[];
}

export interface EdgeIdentity {
  /** `server`, `client` (presented in calls the gateway makes), or `domain:<name>`. */
  readonly slot: string;
  /** Lower-case DNS names that select this identity by SNI; none for the default. */
  readonly names: readonly string[];
  /** Leaf first, then the chain. */
  readonly certificatePem: string;
  /** PKCS#8 DER in base64. */
  readonly keyPkcs8: string;
  /** SHA-256 of the leaf in lower-case hexadecimal. */
  readonly fingerprint: string;
  /** Sent to clients that ask for the status of the certificate. */
  readonly staple?: EdgeStaple;
}

/** An OCSP response about an identity. */
export interface EdgeStaple {
  /** Base64 of the DER. */
  readonly ocsp: string;
  /** Milliseconds since 1970; never sent later. */
  readonly until: number;
}

export interface EdgeSettings {
  /** Names of this gateway; the first stands in the Contact of SIP answers. */
  readonly hostNames: readonly string[];
  readonly minimumVersion: 'TLSv1.2' | 'TLSv1.3';
  /** From accept to the end of the TLS handshake, in milliseconds. */
  readonly handshakeMs: number;
  /** TLS handshakes in progress at once, per listener. */
  readonly handshakes: number;
  readonly https: ListenerLimits;
  readonly sip: ListenerLimits & {
    /** From the handshake to the first byte of SIP, in milliseconds. */
    readonly firstByteMs: number;
  };
}

/** Connections that may be open at once, per edge process; what goes beyond is reset and counted. */
export interface ListenerLimits {
  readonly perAddress: number;
  /** Per IPv6 /64. */
  readonly perNetwork: number;
  readonly total: number;
  /** Without a byte in either direction, in milliseconds. */
  readonly idleMs: number;
  /** Addresses and CIDR blocks that only the total binds. */
  readonly exempt: readonly string[];
}

/** What holds until an operator says otherwise. */
export const defaultEdgeSettings: EdgeSettings = {
  hostNames: [],
  minimumVersion: 'TLSv1.2',
  handshakeMs: 10_000,
  handshakes: 500,
  https: { perAddress: 50, perNetwork: 200, total: 5_000, idleMs: 120_000, exempt: [] },
  sip: { perAddress: 2_000, perNetwork: 8_000, total: 10_000, firstByteMs: 30_000, idleMs: 600_000, exempt: [] },
};

/** A relay has the limits of SIP: many connections from few addresses, open for long. */
export function relayLimits(settings: EdgeSettings): ListenerLimits {
  return settings.sip;
}

/** The part of the vault that is needed here. */
export interface SnapshotVault {
  seal(context: { id: string; version: number }, plain: Uint8Array): Uint8Array;
  open(context: { id: string; version: number }, sealed: Uint8Array): Uint8Array;
}

/** Seals the snapshot and puts it in place durably: after a crash the old or the new one is there, whole. */
export async function writeSnapshot(folder: string, vault: SnapshotVault, snapshot: EdgeSnapshot): Promise<void> {
  const plain = Buffer.from(JSON.stringify(snapshot));
  const sealed = vault.seal({ id: sealId, version: snapshot.serial }, plain);
  plain.fill(0);
  const head = Buffer.alloc(headLength);
  magic.copy(head);
  head.writeBigUInt64BE(BigInt(snapshot.serial), magic.length);
  await mkdir(join(folder, 'snapshot'), { recursive: true, mode: 0o700 });
  await writeDurably(snapshotPath(folder), Buffer.concat([head, sealed]));
}

/** The snapshot on disk. Throws the file error, the vault's error, or an Error that says what is wrong with it. */
export async function readSnapshot(folder: string, vault: SnapshotVault): Promise<EdgeSnapshot> {
  const bytes = await readFile(snapshotPath(folder));
  if (bytes.length < headLength || !bytes.subarray(0, magic.length).equals(magic)) {
    throw new Error('the file does not begin as a snapshot does; it is cut short or of another version');
  }
  const serial = Number(bytes.readBigUInt64BE(magic.length));
  const plain = vault.open({ id: sealId, version: serial }, bytes.subarray(headLength));
  const snapshot = JSON.parse(Buffer.from(plain.buffer, plain.byteOffset, plain.length).toString()) as EdgeSnapshot;
  plain.fill(0);
  if (snapshot.format !== 2) throw new Error(`snapshot format ${String(snapshot.format)} is not known to this edge`);
  if (snapshot.serial !== serial) throw new Error('the serial in the clear differs from the sealed one');
  return snapshot;
}

/** Where the snapshot of a data folder lies. */
export function snapshotPath(folder: string): string {
  return join(folder, 'snapshot', 'edge.snapshot');
}

const sealId = 'edge-snapshot';
const magic = Buffer.from('TGSNAP1\n');
const headLength = magic.length + 8;
