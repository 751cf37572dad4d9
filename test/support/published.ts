/** The serving process of the publication on a free port, with whatever CAs, CRLs and statuses a test gives it. */
import type { ChildProcess } from 'node:child_process';
import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { BoundSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnPublishing } from '../../src/pki-http/launch.ts';
import type { PublishReport } from '../../src/pki-http/messages.ts';
import {
  crlFolder,
  defaultPublicationLimits,
  type PublicationLimits,
  type PublishedSnapshot,
  statusFolder,
  writePublished,
} from '../../src/storage/publication/published-snapshot.ts';
import {
  type CertificateStatus,
  recordLength,
  writeHead,
  writeRecord,
} from '../../src/storage/publication/status-record.ts';

export interface PublishedThings {
  readonly authorities?: readonly {
    readonly path: string;
    readonly certificate: Uint8Array;
    readonly responder?: { readonly certificate: Uint8Array; readonly key: KeyObject };
    readonly statuses?: readonly CertificateStatus[];
    /** How long answers hold, in milliseconds; twelve hours unless told. */
    readonly validity?: number;
  }[];
  readonly crls?: readonly {
    readonly path: string;
    readonly der: Uint8Array;
    readonly thisUpdate: number;
    readonly nextUpdate: number;
    readonly renewAt?: number;
  }[];
  readonly limits?: Partial<PublicationLimits>;
}

export interface Published {
  readonly folder: string;
  readonly port: number;
  readonly pid: number;
  readonly key: Uint8Array;
  /** Puts other things in the place of the present ones; resolves when they are served. */
  publish(things: PublishedThings): Promise<void>;
  /** Adds statuses to the register of an authority by its place. */
  append(authority: number, statuses: readonly CertificateStatus[]): void;
  reports(): readonly PublishReport[];
  stop(): Promise<void>;
}

/** Resolves once it serves. */
export async function startPublished(things: PublishedThings): Promise<Published> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-published-'));
  for (const path of [crlFolder(folder), statusFolder(folder)]) mkdirSync(path, { recursive: true });
  const key = randomBytes(32);
  const reports: PublishReport[] = [];
  let serial = 1;
  const marks = new Map<number, string>();
  const write = async (next: PublishedThings) => writePublished(folder, key, snapshotOf(folder, serial, next, marks));
  await write(things);
  const socket = new BoundSocket({ host: '127.0.0.1', port: 0 });
  const address = socket.address();
  const port = typeof address === 'string' ? 0 : address.port;
  const child: ChildProcess = spawnPublishing(
    join(import.meta.dirname, '..', '..', 'src', 'pki-http', 'pki-http.ts'),
    folder,
    socket.fd(),
  );
  const served = async (wanted: number) => {
    while ((reports.at(-1)?.serial ?? 0) < wanted) await once(child, 'message');
  };
  child.on('message', (message: PublishReport | { type: 'ready' }) => {
    if (message.type === 'ready') child.send({ type: 'start', folder, key: key.toString('hex'), logLevel: 'error' });
    else reports.push(message);
  });
  await served(1);
  return {
    folder,
    port,
    pid: child.pid ?? 0,
    key,
    reports: () => reports,
    async publish(next) {
      serial++;
      await write(next);
      await served(serial);
    },
    append(authority, statuses) {
      appendFileSync(join(statusFolder(folder), marks.get(authority) ?? ''), records(statuses));
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      socket.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function snapshotOf(
  folder: string,
  serial: number,
  { authorities = [], crls = [], limits }: PublishedThings,
  marks: Map<number, string>,
): PublishedSnapshot {
  return {
    format: 1,
    serial,
    authorities: authorities.map(({ path, certificate, responder, statuses = [], validity = 12 * 3_600_000 }, i) => {
      const plain = { path, certificate: Buffer.from(certificate).toString('base64') };
      if (responder === undefined) return plain;
      const register = marks.get(i) ?? `${i}.register`;
      if (!marks.has(i)) {
        const head = Buffer.alloc(recordLength);
        writeHead(head, randomBytes(16));
        writeFileSync(join(statusFolder(folder), register), Buffer.concat([head, records(statuses)]));
        marks.set(i, register);
      }
      return {
        ...plain,
        ocsp: {
          certificate: Buffer.from(responder.certificate).toString('base64'),
          keyPkcs8: responder.key.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
          digest: 'sha256',
          validity,
          register,
        },
      };
    }),
    crls: crls.map(({ path, der, thisUpdate, nextUpdate, renewAt }) => {
      const sha256 = createHash('sha256').update(der).digest('hex');
      const file = `${sha256.slice(0, 16)}.crl`;
      writeFileSync(join(crlFolder(folder), file), der);
      const half = thisUpdate + (nextUpdate - thisUpdate) / 2;
      return { path, file, bytes: der.length, sha256, thisUpdate, nextUpdate, renewAt: renewAt ?? half };
    }),
    limits: { ...defaultPublicationLimits, ...limits },
  };
}

function records(statuses: readonly CertificateStatus[]): Buffer {
  const bytes = Buffer.alloc(statuses.length * recordLength);
  for (const [i, status] of statuses.entries()) writeRecord(bytes, i * recordLength, status);
  return bytes;
}
