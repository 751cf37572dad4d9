/** Follows the status register of a CA on the disk: read once, then what was added. */
import { type FileHandle, open } from 'node:fs/promises';
import { markOf, recordLength } from '../../storage/publication/status-record.ts';
import { StatusIndex } from './status-index.ts';

export class RegisterFile {
  readonly #path: string;
  #index: StatusIndex | undefined;
  #mark = '';
  /** Octets taken so far, head included. */
  #taken = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Undefined while the register could not be read: then nothing is known about any certificate. */
  get index(): StatusIndex | undefined {
    return this.#index;
  }

  /** Takes in what was added since the last time. A file that took the place of another counts once it is read whole. */
  async follow(): Promise<void> {
    const file = await open(this.#path, 'r');
    try {
      const { size } = await file.stat();
      if (this.#index !== undefined && size === this.#taken) return;
      const mark = markOf(await readAt(file, 0, recordLength));
      if (mark === undefined) throw new Error('the file does not begin as a status register does');
      const same = this.#index !== undefined && mark === this.#mark && size >= this.#taken;
      const index = same ? this.#index! : new StatusIndex();
      let taken = same ? this.#taken : recordLength;
      while (taken < size) {
        const step = index.take(await readAt(file, taken, Math.min(pieceLength, size - taken)));
        // the rest of a record is still being written
        if (step === 0) break;
        taken += step;
      }
      this.#index = index;
      this.#mark = mark;
      this.#taken = taken;
    } finally {
      await file.close();
    }
  }
}

const pieceLength = recordLength * 8_192;

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  return buffer.subarray(0, bytesRead);
}
