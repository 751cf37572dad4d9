/**
 * Puts issued certificates on the disk, each with its audit row. Those that come while others are being written are
 * written together: one commit, one wait for the disk.
 */
import type { Actor } from '../../../lib/actor.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import type { Storage } from '../../../storage/storage.ts';
import { recordAudits } from '../../audit/audit.ts';
import { insertCertificates, type NewCertificate } from '../store.ts';

export interface IssueRecord {
  readonly row: NewCertificate;
  readonly actor: Actor;
  /** Facts for the audit row. */
  readonly detail: object;
}

export interface RecordQueue {
  /** Resolves when the record is durable. Rejects when it is not: then the certificate must not be given out. */
  add(record: IssueRecord): Promise<void>;
}

interface Waiting extends IssueRecord {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const most = 500;
/** Milliseconds that the first one waits for others at most. */
const longest = 5;

export function createRecordQueue(storage: Storage): RecordQueue {
  let waiting: Waiting[] = [];
  let running = false;
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      await gather(() => waiting.length);
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      await writeTogether(storage, batch);
    }
    running = false;
  };
  return {
    add: (record) =>
      new Promise((done, failed) => {
        waiting.push({ ...record, done, failed });
        if (running) return;
        running = true;
        void run();
      }),
  };
}

/** What else is on its way goes into the same commit: waits while each turn of the event loop brings more. */
async function gather(size: () => number): Promise<void> {
  const until = performance.now() + longest;
  for (let before = 0; size() > before && size() < most && performance.now() < until; ) {
    before = size();
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** When one of them cannot be recorded, the others are, each by itself. */
async function writeTogether(storage: Storage, batch: readonly Waiting[]): Promise<void> {
  try {
    await write(storage, batch);
  } catch (error) {
    if (batch.length === 1) batch[0]!.failed(error);
    else for (const one of batch) await writeTogether(storage, [one]);
    return;
  }
  for (const { done } of batch) done();
}

async function write(storage: Storage, batch: readonly Waiting[]): Promise<void> {
  await storage.transaction(async (trx) => {
    failPoint('private-ca.record');
    await insertCertificates(
      trx,
      batch.map(({ row }) => row),
    );
    await recordAudits(
      trx,
      batch.map(({ actor, row, detail }) => ({
        actor,
        entry: { action: 'private-ca.issue', object: row.serial, after: row.fingerprint, detail },
      })),
    );
    failPoint('private-ca.record-written');
  });
}
