/**
 * keys/master.key: 32 random bytes that wrap the key of every sealed secret, and the random number of the cluster they
 * belong to. Mode 0600; never in a backup. The edges read it too, so that they can serve without the database.
 */
import { createHash, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { failPoint } from '../lib/fail-point.ts';
import { Problem } from '../lib/problem.ts';
import { writeDurably } from './durable-file.ts';
import { checkPrivate } from './private-folder.ts';
import { toStorageProblem } from './storage-problem.ts';

export interface MasterKey {
  readonly key: KeyObject;
  /** 16 bytes. */
  readonly clusterId: Uint8Array;
}

/**
 * Reads the master key of a data folder; makes one when the folder is new. A folder that has a database and no master
 * key is refused: a new key could open nothing that is sealed in it.
 */
export async function readOrMakeMasterKey(folder: string): Promise<MasterKey> {
  const path = join(folder, 'keys', 'master.key');
  const existing = readMasterKey(path);
  if (existing !== undefined) return existing;
  if (existsSync(join(folder, 'tollgate.db'))) throw missing(path);
  failPoint('vault.create');
  const secret = randomBytes(CLUSTER_ID + KEY);
  const file = Buffer.concat([MAGIC, secret, checksum(secret)]);
  try {
    // Another process may have been faster: then its key stands.
    await writeDurably(path, file, { exclusive: true });
  } finally {
    secret.fill(0);
    file.fill(0);
  }
  failPoint('vault.created');
  const made = readMasterKey(path);
  if (made === undefined) throw missing(path);
  return made;
}

const MAGIC = Buffer.from('tollgate master key 1\n', 'latin1');
const CLUSTER_ID = 16;
const KEY = 32;
const CHECKSUM = 32;
const LENGTH = MAGIC.length + CLUSTER_ID + KEY + CHECKSUM;

function readMasterKey(path: string): MasterKey | undefined {
  const bytes = Buffer.alloc(LENGTH + 1);
  try {
    const length = readPrivate(path, bytes);
    if (length === undefined) return undefined;
    const secret = bytes.subarray(MAGIC.length, MAGIC.length + CLUSTER_ID + KEY);
    const sum = bytes.subarray(LENGTH - CHECKSUM, LENGTH);
    const sound = length === LENGTH && bytes.subarray(0, MAGIC.length).equals(MAGIC);
    if (!sound || !timingSafeEqual(checksum(secret), sum)) throw damaged(path);
    return {
      clusterId: new Uint8Array(secret.subarray(0, CLUSTER_ID)),
      key: createSecretKey(secret.subarray(CLUSTER_ID)),
    };
  } finally {
    bytes.fill(0);
  }
}

/** Fills `into` from the file and answers how much it got; undefined when there is no file. */
function readPrivate(path: string, into: Buffer): number | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw toStorageProblem(error);
  }
  try {
    checkPrivate(path, fstatSync(file));
    return readSync(file, into, 0, into.length, 0);
  } finally {
    closeSync(file);
  }
}

function checksum(secret: Uint8Array): Buffer {
  return createHash('sha256').update(MAGIC).update(secret).digest();
}

function missing(path: string): Problem {
  return new Problem({
    code: 'storage.master-key-missing',
    status: 500,
    title: 'The master key is missing.',
    detail: `${path} does not exist, but the database does; without this key nothing sealed in it can be opened.`,
    hint: 'Put the file back from where it was kept. If it is lost, start on a new data folder and make new keys.',
  });
}

function damaged(path: string): Problem {
  return new Problem({
    code: 'storage.master-key-damaged',
    status: 500,
    title: 'The master key is damaged.',
    detail: `${path} is not a master key of this version, or its checksum does not match.`,
    hint: 'Put the file back from where it was kept. If it is lost, start on a new data folder and make new keys.',
  });
}
