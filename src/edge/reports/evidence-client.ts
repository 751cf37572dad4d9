/** The edge's end of the evidence socket: one question per chain at a time, and no waiting beyond the limit. */
import { connect, type Socket } from 'node:net';
import { loadCrl } from '../../pki/crl/loaded-crl.ts';
import { lineReader } from '../control/protocol.ts';
import { derOf, type FetchedEvidence, type PeerChain, type PeerQuestion } from '../peer/peer-verifier.ts';
import { type EvidenceNews, type EvidenceReply, evidenceMs } from './report.ts';

/** CRLs of distribution points travel in a line; larger ones are for the automatic updates. */
const longestLine = 96 << 20;
const nothing: FetchedEvidence = { ocsp: [], crls: [] };

/**
 * Never rejects: without administration, or too late, there is no evidence. `onNews` is called when administration
 * knows something new about certificates.
 */
export function createEvidenceClient(
  path: string,
  onNews: (news: EvidenceNews) => void,
): (chain: PeerChain, purpose: PeerQuestion['purpose']) => Promise<FetchedEvidence> {
  const asked = new Map<string, Promise<FetchedEvidence>>();
  const waiting = new Map<number, (reply: EvidenceReply | undefined) => void>();
  let socket: Socket | undefined;
  let nextId = 1;

  const open = (): Socket => {
    if (socket !== undefined) return socket;
    const next = connect(path);
    const read = lineReader((message) => {
      const reply = message as EvidenceReply | EvidenceNews;
      if ('changed' in reply) onNews(reply);
      else waiting.get(reply.id)?.(reply);
    }, longestLine);
    next.setEncoding('utf8');
    next.unref();
    next.on('data', (chunk: string) => {
      try {
        read(chunk);
      } catch {
        next.destroy();
      }
    });
    next.on('error', () => undefined);
    next.on('close', () => {
      socket = undefined;
      for (const settle of waiting.values()) settle(undefined);
    });
    socket = next;
    return next;
  };

  const ask = (chain: readonly string[], purpose: PeerQuestion['purpose']): Promise<EvidenceReply | undefined> =>
    new Promise((resolve) => {
      const id = nextId++;
      const settle = (reply: EvidenceReply | undefined) => {
        clearTimeout(late);
        waiting.delete(id);
        resolve(reply);
      };
      const late = setTimeout(() => settle(undefined), evidenceMs);
      waiting.set(id, settle);
      open().write(`${JSON.stringify({ id, purpose, chain })}\n`);
    });

  return (chain, purpose) => {
    const texts = chain.map((one) => Buffer.from(derOf(one)).toString('base64'));
    const key = `${purpose} ${texts.join(' ')}`;
    const running = asked.get(key);
    if (running !== undefined) return running;
    const answer = ask(texts, purpose)
      .then((reply) => (reply === undefined ? nothing : read(reply)))
      .catch(() => nothing)
      .finally(() => asked.delete(key));
    asked.set(key, answer);
    return answer;
  };
}

function read({ ocsp, crls }: EvidenceReply): FetchedEvidence {
  return {
    ocsp: ocsp.map((text) => ({ origin: 'ocsp', answer: { der: bytes(text), source: 'the OCSP responder' } })),
    crls: crls.flatMap((text) => {
      const loaded = loadCrl(bytes(text), 'a distribution point of the certificate');
      return loaded.ok ? [{ origin: 'cdp', crl: loaded.value } as const] : [];
    }),
  };
}

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
