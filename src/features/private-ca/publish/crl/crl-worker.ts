/** The thread that makes long CRLs: takes entries in blocks, then the order and the key, writes the file and ends. */
import type { KeyObject } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { CrlEntryWriter } from '../../../../pki/crl/build.ts';
import type { RevokedBlock } from '../../issued/revocations.ts';
import { addBlock, type CrlOrder, finishCrl, type MadeCrl } from './crl-job.ts';

export type ToCrlWorker =
  | { readonly type: 'block'; readonly block: RevokedBlock }
  | { readonly type: 'finish'; readonly order: CrlOrder; readonly key: KeyObject };

export type FromCrlWorker =
  | { readonly type: 'made'; readonly made: MadeCrl }
  | { readonly type: 'failed'; readonly error: unknown };

const writer = new CrlEntryWriter();

parentPort?.on('message', (message: ToCrlWorker) => {
  try {
    if (message.type === 'block') addBlock(writer, message.block);
    else finishCrl(message.order, message.key, writer).then((made) => tell({ type: 'made', made }), failed);
  } catch (error) {
    failed(error);
  }
});

function failed(error: unknown): void {
  tell({ type: 'failed', error });
}

function tell(message: FromCrlWorker): void {
  parentPort?.postMessage(message);
  parentPort?.close();
}
