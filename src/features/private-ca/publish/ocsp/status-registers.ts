/**
 * Keeps the status registers of the OCSP responders: written anew at each start, then added to within a tenth of a
 * second of every certificate and every revocation. What the database says is what counts; a register only repeats it.
 */
import { randomBytes } from 'node:crypto';
import { appendFile, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../../../storage/durable-file.ts';
import { statusFolder } from '../../../../storage/publication/published-snapshot.ts';
import {
  type CertificateStatus as RegisteredStatus,
  recordLength,
  writeHead,
  writeRecord,
} from '../../../../storage/publication/status-record.ts';
import type { CertificateStatus } from '../../issued/revocations.ts';
import type { PrivateCa, StatusChange } from '../../private-ca.ts';

export interface StatusRegisters {
  /** Name of the register's file in `pki/status`; written before this resolves if there was none. */
  fileOf(authority: string): Promise<string>;
  /** A certificate was issued or its status changed. */
  noticed(change: StatusChange): void;
  /** When everything noticed so far is in the files. */
  flushed(): Promise<void>;
  /** Removes registers of former starts that nothing names any more. */
  removeOthers(): Promise<void>;
}

export interface StatusRegistersDeps {
  readonly folder: string;
  readonly privateCa: Pick<PrivateCa, 'current' | 'statusOf'>;
  readonly onError: (error: unknown) => void;
}

const gatherMilliseconds = 100;
/** After a failure, such as a full disk. */
const retryMilliseconds = 10_000;

export function createStatusRegisters({ folder, privateCa, onError }: StatusRegistersDeps): StatusRegisters {
  const files = new Map<string, Promise<string>>();
  /** By authority: serial numbers to look up, `''` for all of them. */
  let waiting = new Map<string, Set<string>>();
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const writeWhole = async (authority: string): Promise<string> => {
    const name = `${authority}-${randomBytes(4).toString('hex')}.register`;
    await writeDurably(join(statusFolder(folder), name), await wholeRegister(privateCa.current(authority)));
    return name;
  };
  const fileOf = (authority: string): Promise<string> => {
    const known = files.get(authority);
    if (known !== undefined) return known;
    const made = writeWhole(authority);
    files.set(authority, made);
    made.catch(() => files.delete(authority));
    return made;
  };
  const wait = (authority: string, serial: string, milliseconds: number): void => {
    waiting.set(authority, (waiting.get(authority) ?? new Set()).add(serial));
    timer ??= setTimeout(() => void next(), milliseconds).unref();
  };
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const now = waiting;
    waiting = new Map();
    for (const [authority, serials] of now) {
      try {
        await add(authority, serials);
      } catch (error) {
        onError(error);
        // a record may have been cut off, and none behind it would be read: all of it anew
        wait(authority, '', retryMilliseconds);
      }
    }
  };
  const add = async (authority: string, serials: ReadonlySet<string>): Promise<void> => {
    const file = files.get(authority);
    // without a file nobody asks about this authority; the file will be written from the database
    if (file === undefined) return;
    const path = join(statusFolder(folder), await file);
    if (serials.has('')) await writeDurably(path, await wholeRegister(privateCa.current(authority)));
    else {
      const statuses = await Promise.all([...serials].map((serial) => privateCa.statusOf(authority, serial)));
      await appendFile(path, records(statuses.filter((status) => status !== undefined)));
    }
  };
  const next = (): Promise<void> => {
    running = running.then(flush);
    return running;
  };

  return {
    fileOf,
    noticed({ what, authority, serial }) {
      if (what === 'authority') return;
      wait(authority, serial, gatherMilliseconds);
    },
    flushed: next,
    async removeOthers() {
      const named = new Set(await Promise.all(files.values()));
      for (const name of await readdir(statusFolder(folder))) {
        if (name.endsWith('.register') && !named.has(name)) await unlink(join(statusFolder(folder), name));
      }
    },
  };
}

async function wholeRegister(statuses: AsyncIterable<CertificateStatus>): Promise<Buffer> {
  let bytes = Buffer.alloc(recordLength * 1_024);
  writeHead(bytes, randomBytes(16));
  let at = recordLength;
  for await (const status of statuses) {
    if (at + recordLength > bytes.length) {
      const larger = Buffer.alloc(bytes.length * 2);
      bytes.copy(larger);
      bytes = larger;
    }
    writeRecord(bytes, at, registered(status));
    at += recordLength;
  }
  return bytes.subarray(0, at);
}

function records(statuses: readonly CertificateStatus[]): Buffer {
  const bytes = Buffer.alloc(statuses.length * recordLength);
  for (const [i, status] of statuses.entries()) writeRecord(bytes, i * recordLength, registered(status));
  return bytes;
}

/** What is on hold is told as revoked, with that reason (RFC 5280 5.3.1). */
function registered({ serial, status, revokedAt, reason }: CertificateStatus): RegisteredStatus {
  const magnitude = Buffer.from(serial, 'hex');
  // INTEGER content: a first octet of 0x80 or more would be negative (X.690 8.3)
  const content = magnitude[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), magnitude]) : magnitude;
  if (status === 'good') return { serial: content, state: 'good', revokedAt: 0, reasonCode: 0 };
  return { serial: content, state: 'revoked', revokedAt: revokedAt ?? 0, reasonCode: reason ?? 0 };
}
