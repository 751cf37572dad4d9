/** One direction of a relay: gathers what arrives within one turn of the event loop and writes it at once. */
import type { Socket } from 'node:net';

export interface Direction {
  /** Copies the bytes; false: no more until the source is resumed, which happens here. */
  take(bytes: Uint8Array): boolean;
  /** Writes what was gathered, then ends the destination's direction. */
  end(): void;
  /** What was gathered is dropped. */
  drop(): void;
}

const blockBytes = 65_536;
/** What may wait for a slow destination. */
const mostWaiting = 262_144;
const mostSpare = 64;
const spare: Buffer[] = [];

/** From `source`, which is paused and resumed, to `destination`. */
export function createDirection(source: Pick<Socket, 'pause' | 'resume'>, destination: Socket): Direction {
  let block: Buffer | undefined;
  let filled = 0;
  let paused = false;
  let scheduled = false;

  const flush = () => {
    const full = block;
    if (full === undefined) return;
    block = undefined;
    if (destination.writable) destination.write(full.subarray(0, filled), () => giveBack(full));
    else giveBack(full);
  };
  const flushLater = () => {
    scheduled = false;
    flush();
  };
  destination.on('drain', () => {
    if (!paused) return;
    paused = false;
    source.resume();
  });

  return {
    take(bytes) {
      for (let at = 0; at < bytes.length; ) {
        if (block === undefined) {
          block = spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
          filled = 0;
        }
        const part = Math.min(bytes.length - at, blockBytes - filled);
        block.set(part === bytes.length ? bytes : bytes.subarray(at, at + part), filled);
        filled += part;
        at += part;
        if (filled === blockBytes) flush();
      }
      if (block !== undefined && !scheduled) {
        scheduled = true;
        setImmediate(flushLater);
      }
      if (destination.writableLength < mostWaiting) return true;
      paused = true;
      source.pause();
      return false;
    },
    end() {
      flush();
      destination.end();
    },
    drop() {
      if (block !== undefined) giveBack(block);
      block = undefined;
    },
  };
}

function giveBack(block: Buffer): void {
  if (spare.length < mostSpare) spare.push(block);
}
