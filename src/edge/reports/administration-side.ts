/** The administration's end of both sockets: reports are handed on, questions for evidence are answered. */
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Log } from '../../lib/log.ts';
import { lineReader } from '../control/protocol.ts';
import { createActivePeers } from './active-peers.ts';
import {
  type EdgeReport,
  type EvidenceNews,
  type EvidenceQuestion,
  type EvidenceReply,
  evidenceSocket,
  reportsSocket,
} from './report.ts';

export interface EdgeEars {
  /** Called for each report, in the order of each edge. What it throws is logged. */
  readonly report: (report: EdgeReport) => Promise<void> | void;
  /** Answers within five seconds, or too late. What it throws counts as no evidence. */
  readonly evidence: (question: EvidenceQuestion) => Promise<Omit<EvidenceReply, 'id'>>;
}

export interface EdgeLine {
  /** To every edge that has asked for evidence. */
  tell(news: EvidenceNews): void;
  close(): void;
}

/** Listens in the data folder until it is closed. */
export async function listenToEdges(folder: string, ears: EdgeEars, log: Log): Promise<EdgeLine> {
  const asking = new Set<Socket>();
  const active = createActivePeers<Socket>();
  const report = (message: EdgeReport) => {
    const failed = (error: unknown) => log.error('a report of an edge could not be kept', { error });
    try {
      Promise.resolve(ears.report(message)).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
  const take = (message: unknown, edge: Socket) => {
    const told = message as EdgeReport;
    if (told.type === 'zone') active.note(edge, told);
    report(told);
  };
  const reports = await listen(join(folder, 'run', reportsSocket), log, take, (edge) => {
    for (const lost of active.gone(edge)) report(lost);
  });
  const evidence = await listen(join(folder, 'run', evidenceSocket), log, (message, socket) => {
    if (!asking.has(socket)) {
      asking.add(socket);
      socket.once('close', () => asking.delete(socket));
    }
    const question = message as EvidenceQuestion;
    const nothing = (error: unknown) => {
      log.warn('no evidence for an edge', { error });
      return { ocsp: [], crls: [] };
    };
    void ears
      .evidence(question)
      .catch(nothing)
      .then((answer) => {
        if (socket.writable) socket.write(`${JSON.stringify({ id: question.id, ...answer })}\n`);
      });
  });
  return {
    tell(news) {
      for (const socket of asking) if (socket.writable) socket.write(`${JSON.stringify(news)}\n`);
    },
    close() {
      for (const server of [reports, evidence]) server.close();
    },
  };
}

async function listen(
  path: string,
  log: Log,
  take: (message: unknown, socket: Socket) => void,
  gone: (socket: Socket) => void = () => undefined,
): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.on('close', () => gone(socket));
    const read = lineReader((message) => take(message, socket), 1 << 20);
    socket.on('data', (chunk: string) => {
      try {
        read(chunk);
      } catch (error) {
        log.warn('an edge spoke nonsense', { path, error });
        socket.destroy();
      }
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  // the file is born with the mode it keeps; binding a path happens within this call
  const umask = process.umask(0o177);
  server.listen(path, resolve);
  process.umask(umask);
  await promise;
  server.unref();
  return server;
}
