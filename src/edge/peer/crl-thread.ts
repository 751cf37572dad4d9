/** The thread that reads one large CRL for an edge and hands it over: nothing is copied. */
import { parentPort, workerData } from 'node:worker_threads';
import { readCrlParts } from './crl-parts.ts';

const parts = readCrlParts(workerData as Parameters<typeof readCrlParts>[0]);
const buffers = typeof parts === 'string' ? [] : [parts.der.buffer, parts.index.table.buffer];
// an index made anew lies in shared memory, which cannot change hands and need not
parentPort?.postMessage(
  parts,
  buffers.filter((buffer) => buffer instanceof ArrayBuffer),
);
