/** Reading of fixtures and of memory, for measurements. */
import { readFileSync } from 'node:fs';

/** A file of blocks, each behind its length in four bytes, big endian. */
export function frames(path: string): readonly Uint8Array[] {
  const bytes = readFileSync(path);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    blocks.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return blocks;
}

/** The largest resident memory this process had, in MB. */
export function peakMemory(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number((Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024).toFixed(1));
}
