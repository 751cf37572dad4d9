/** Makes a CRL of any length without holding up the process: long ones in a thread of their own. */
import type { KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { CrlEntryWriter } from '../../../../pki/crl/build.ts';
import type { RevokedBlock } from '../../issued/revocations.ts';
import { addBlock, type CrlOrder, finishCrl, type MadeCrl } from './crl-job.ts';
import type { FromCrlWorker, ToCrlWorker } from './crl-worker.ts';

export interface CrlWork {
  readonly order: CrlOrder;
  readonly blocks: AsyncIterable<RevokedBlock>;
  /** How many entries are expected. */
  readonly total: number;
  /** Gives the key for the time of one call. */
  readonly withKey: <T>(use: (key: KeyObject) => Promise<T>) => Promise<T>;
  readonly progress: (step: 'collecting' | 'signing', entries: number) => void;
}

/** The file is on the disk when this resolves. */
export async function makeCrl(work: CrlWork): Promise<MadeCrl> {
  return work.total <= fewEntries ? makeHere(work) : makeApart(work);
}

/** So many take less than starting a thread does. */
export const fewEntries = 2_000;

async function makeHere({ order, blocks, withKey, progress }: CrlWork): Promise<MadeCrl> {
  const writer = new CrlEntryWriter();
  for await (const block of blocks) addBlock(writer, block);
  progress('signing', writer.entryCount);
  return withKey((key) => finishCrl(order, key, writer));
}

async function makeApart({ order, blocks, withKey, progress }: CrlWork): Promise<MadeCrl> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./crl-worker.${extension}`, import.meta.url), { execArgv: ['--no-warnings'] });
  const tell = (message: ToCrlWorker) => worker.postMessage(message);
  const answer = new Promise<MadeCrl>((resolve, reject) => {
    worker.once('message', (message: FromCrlWorker) =>
      message.type === 'made' ? resolve(message.made) : reject(message.error),
    );
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread that makes the CRL ended')));
  });
  // it may fail while entries are still being collected
  answer.catch(() => undefined);
  try {
    let entries = 0;
    for await (const block of blocks) {
      tell({ type: 'block', block });
      entries += block.count;
      progress('collecting', entries);
    }
    progress('signing', entries);
    return await withKey(async (key) => {
      tell({ type: 'finish', order, key });
      return answer;
    });
  } finally {
    await worker.terminate();
  }
}
