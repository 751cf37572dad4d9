/** Sends a file in pieces, as fast as the client takes them. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { FileBody } from './answer.ts';

const piece = 128 * 1024;

/**
 * Sends the head and then exactly `length` octets; the file is opened before the head goes out. Rejects when the file
 * is not there or is shorter, or the connection ends. `moved` is called for each piece the client has taken.
 */
export async function sendFile(socket: Socket, head: string, { path, length }: FileBody, moved: () => void) {
  const file = await open(path, 'r');
  try {
    if ((await file.stat()).size !== length) throw new Error('the file has another length than was published');
    let next = await read(file, 0, length);
    await write(socket, Buffer.concat([Buffer.from(head, 'latin1'), next]));
    for (let at = next.length; at < length; at += next.length) {
      moved();
      next = await read(file, at, length);
      await write(socket, next);
    }
    moved();
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(piece, length - at));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
  if (bytesRead === 0) throw new Error('the file ended early');
  return buffer.subarray(0, bytesRead);
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) return reject(new Error('the client has gone'));
    const closed = (): void => reject(new Error('the client has gone'));
    socket.once('close', closed);
    socket.write(bytes, (error) => {
      socket.off('close', closed);
      if (error) reject(error);
      else resolve();
    });
  });
}
