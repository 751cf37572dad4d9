/**
 * Seals private keys and other secrets for storage: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce and a
 * data key of its own for each secret, wrapped by the master key. What is sealed is bound to its id, its version and
 * this cluster: moved to another row, cut or altered by one bit, it no longer opens.
 */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { Problem } from '../lib/problem.ts';
import { type MasterKey, readOrMakeMasterKey } from './master-key.ts';
import { makeDataFolder } from './private-folder.ts';

/** Where a secret lives; the same must be given to open it. */
export interface SealContext {
  readonly id: string;
  readonly version: number;
}

export interface Vault {
  /** Returns the sealed form of `plain`, which stays the caller's, to be overwritten after use. */
  seal(context: SealContext, plain: Uint8Array): Uint8Array;
  /** Returns the secret as a buffer of its own, to be overwritten by the caller after use. Throws VaultError. */
  open(context: SealContext, sealed: Uint8Array): Uint8Array;
}

/** A sealed secret that does not open: altered, from another place, or sealed by another master key. */
export class VaultError extends Problem {
  constructor(context: SealContext, reason: string) {
    super({
      code: 'storage.sealed-damaged',
      status: 500,
      title: 'A sealed secret cannot be opened.',
      detail: `${context.id}: ${reason}.`,
      hint: 'Check that keys/master.key belongs to this data folder. Otherwise upload the certificate and key again.',
    });
    this.name = 'VaultError';
  }
}

/** Opens the vault of a data folder; on a new folder it makes the folder and the master key. Needs no database. */
export async function openVault(folder: string): Promise<Vault> {
  makeDataFolder(folder);
  const master = await readOrMakeMasterKey(folder);
  return {
    seal: (context, plain) => seal(master, context, plain),
    open: (context, sealed) => open(master, context, sealed),
  };
}

/** Layout: format, wrapped data key (nonce, 32 bytes, tag), secret (nonce, n bytes, tag). */
const FORMAT = 1;
const NONCE = 12;
const TAG = 16;
const DATA_KEY = 32;
const WRAPPED = NONCE + DATA_KEY + TAG;

function seal(master: MasterKey, context: SealContext, plain: Uint8Array): Uint8Array {
  const dataKey = randomBytes(DATA_KEY);
  try {
    const wrapped = encrypt(master.key, bind(master, context, 'data key'), dataKey);
    const secret = encrypt(dataKey, bind(master, context, 'secret'), plain);
    return Buffer.concat([Buffer.of(FORMAT), wrapped, secret]);
  } finally {
    dataKey.fill(0);
  }
}

function open(master: MasterKey, context: SealContext, sealed: Uint8Array): Uint8Array {
  if (sealed.length < 1 + WRAPPED + NONCE + TAG) throw new VaultError(context, 'it is too short to be a sealed secret');
  if (sealed[0] !== FORMAT) throw new VaultError(context, `its format ${sealed[0]} is not known to this version`);
  const body = Buffer.from(sealed.buffer, sealed.byteOffset + 1, sealed.byteLength - 1);
  const dataKey = decrypt(master.key, bind(master, context, 'data key'), body.subarray(0, WRAPPED), context);
  try {
    return decrypt(dataKey, bind(master, context, 'secret'), body.subarray(WRAPPED), context);
  } finally {
    dataKey.fill(0);
  }
}

function encrypt(key: KeyObject | Buffer, bound: Buffer, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG }).setAAD(bound);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: KeyObject | Buffer, bound: Buffer, part: Buffer, context: SealContext): Buffer {
  const nonce = part.subarray(0, NONCE);
  const end = part.length - TAG;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG }).setAAD(bound);
  decipher.setAuthTag(part.subarray(end));
  const plain = decipher.update(part.subarray(NONCE, end));
  try {
    decipher.final();
    return plain;
  } catch {
    plain.fill(0);
    throw new VaultError(context, 'it was altered, or sealed for another place or by another master key');
  }
}

/** What the tag covers besides the secret; every field has its length in front, so that no two contexts look alike. */
function bind(master: MasterKey, context: SealContext, part: 'data key' | 'secret'): Buffer {
  const fields = [part, context.id, String(context.version)].map((field) => Buffer.from(field, 'utf8'));
  return Buffer.concat(
    [...fields, master.clusterId].flatMap((field) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(field.length);
      return [length, field];
    }),
  );
}
