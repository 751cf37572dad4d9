/**
 * The TLS connection that the gateway keeps to one peer of a zone: verified before a byte is sent, asked by OPTIONS
 * every half minute, called again with growing pauses when it fails (RFC 5626 4.5).
 */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import type { EdgeZone } from '../../features/zones/zones.ts';
import { connectionFault } from '../../lib/connection-fault.ts';
import type { Log } from '../../lib/log.ts';
import type { Refusal, Verdict } from '../peer/judge-sip.ts';
import type { ZoneReported } from '../reports/report.ts';
import { type SipConnection, type SipSurroundings, serveSip } from '../sip/connection.ts';
import type { EdgeAddress } from '../snapshot-peers.ts';

export interface PeerLinkOptions {
  readonly zone: EdgeZone;
  readonly peer: EdgeAddress;
  /** What is presented; an error in words when there is nothing to present. */
  readonly context: SecureContext | string;
  readonly judge: (socket: TLSSocket, peer: EdgeAddress) => Promise<Verdict>;
  readonly surroundings: SipSurroundings;
  readonly onState: (state: Pick<ZoneReported, 'state' | 'code' | 'words'>) => void;
  readonly log: Log;
}

export interface PeerLink {
  /** Ends it in order; it is not called again. */
  close(): void;
  /** Judges the peer once more and hangs up when it would be refused now. */
  judgeAgain(): Promise<void>;
}

const optionsEveryMs = 30_000;
const answerMs = 10_000;
const connectMs = 10_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

export function keepPeerLink(options: PeerLinkOptions): PeerLink {
  const { peer, onState } = options;
  let socket: TLSSocket | undefined;
  let served: SipConnection | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let closed = false;

  const fail = ({ code, words }: Refusal) => {
    if (closed) return;
    const gone = socket;
    socket = undefined;
    served = undefined;
    clearTimeout(timer);
    gone?.destroy();
    onState({ state: 'failed', code, words });
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
    failures += 1;
    // RFC 5626 4.5: between half of it and all of it, so that peers are not called in step
    timer = setTimeout(call, pause * (0.5 + Math.random() / 2));
  };

  const call = () => {
    if (typeof options.context === 'string') {
      fail({ code: 'edge.zone-identity', words: options.context });
      return;
    }
    if (failures === 0) onState({ state: 'checking', code: '', words: 'The peer is being called.' });
    const next = connect({
      ...peer,
      ...(isIP(peer.host) === 0 && { servername: peer.host }),
      secureContext: options.context,
      // judged below, before anything is sent
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    socket = next;
    const late = setTimeout(() => next.destroy(new Error('no answer in ten seconds')), connectMs);
    let reason: Error | undefined;
    let shaken = false;
    next.on('error', (error: Error) => {
      reason = error;
    });
    next.on('secureConnect', () => {
      shaken = true;
      clearTimeout(late);
      void met(next);
    });
    next.on('close', () => {
      clearTimeout(late);
      if (socket === next) fail(shaken ? hungUp(reason) : notReached(reason));
    });
  };

  const met = async (next: TLSSocket) => {
    const verdict = await options.judge(next, peer);
    if (socket !== next) return;
    if (verdict.refusal !== undefined) {
      fail(verdict.refusal);
      return;
    }
    served = serveSip(
      next,
      { ...options.surroundings, onResponse: (cseq, status) => answered(next, cseq, status) },
      () => undefined,
      options.log,
    );
    ask(next);
  };

  let expected = '';
  const ask = (next: TLSSocket) => {
    const { text, cseq } = optionsFor(peer, options.surroundings.hostName() ?? next.localAddress ?? 'localhost');
    expected = cseq;
    next.write(text);
    timer = setTimeout(() => fail(noAnswer), answerMs);
  };
  const answered = (next: TLSSocket, cseq: string, status: number): boolean => {
    if (cseq !== expected) return false;
    if (status < 200) return true;
    expected = '';
    clearTimeout(timer);
    if (status === 503) {
      fail({ code: 'edge.zone-unavailable', words: 'The peer answers that it is not in service (503).' });
      return true;
    }
    failures = 0;
    onState({
      state: 'active',
      code: '',
      words: `The peer is verified as configured and answers OPTIONS (${status}).`,
    });
    timer = setTimeout(() => ask(next), optionsEveryMs);
    return true;
  };

  call();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      if (served === undefined) socket?.destroy();
      else served.retire();
    },
    async judgeAgain() {
      const now = socket;
      if (now === undefined || served === undefined) return;
      const { refusal } = await options.judge(now, peer);
      if (refusal !== undefined && socket === now) fail(refusal);
    },
  };
}

const noAnswer: Refusal = {
  code: 'edge.zone-no-answer',
  words: 'The peer took the connection but did not answer OPTIONS within ten seconds.',
};

function notReached(error: Error | undefined): Refusal {
  const code = error !== undefined && 'code' in error ? String(error.code) : '';
  if (/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)) {
    return {
      code: 'edge.zone-no-tls',
      words: `The TLS handshake with the peer failed: ${error === undefined ? code : connectionFault(error)}.`,
    };
  }
  return {
    code: 'edge.zone-unreachable',
    words: `The peer cannot be reached: ${error === undefined ? 'it closed the connection' : connectionFault(error)}.`,
  };
}

function hungUp(error: Error | undefined): Refusal {
  // TLS 1.3: a server that refuses our certificate says so only after the handshake
  return {
    code: 'edge.zone-hung-up',
    words: `The peer closed the connection${error === undefined ? '' : `: ${error.message}`}. It may refuse the certificate of the gateway.`,
  };
}

function optionsFor({ host, port }: EdgeAddress, own: string): { readonly text: string; readonly cseq: string } {
  const there = isIP(host) === 6 ? `[${host}]` : host;
  const here = isIP(own) === 6 ? `[${own}]` : own;
  const [branch, tag, id] = ['z9hG4bK', '', ''].map((start) => start + randomBytes(8).toString('hex'));
  const cseq = `${randomBytes(3).readUIntBE(0, 3)} OPTIONS`;
  const lines = [
    `OPTIONS sip:${there}:${port};transport=tls SIP/2.0`,
    `Via: SIP/2.0/TLS ${here};branch=${branch};rport`,
    'Max-Forwards: 0',
    `From: <sip:${here}>;tag=${tag}`,
    `To: <sip:${there}>`,
    `Call-ID: ${id}`,
    `CSeq: ${cseq}`,
    'Content-Length: 0',
  ];
  return { text: `${lines.join('\r\n')}\r\n\r\n`, cseq };
}
