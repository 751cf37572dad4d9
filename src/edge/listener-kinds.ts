/** The kinds of listeners an edge has, and what each does with a connection once it was let in. */
import type { TLSSocket } from 'node:tls';
import type { Log } from '../lib/log.ts';
import { forwardHttps } from './forward.ts';
import type { EdgePort } from './launch.ts';
import type { ListenerKind, Opening } from './listener.ts';
import type { Admission, Judge } from './peer/admission.ts';
import { judgeHttps, judgeRelay } from './peer/judge-client.ts';
import type { SipArrival, Verdict } from './peer/judge-sip.ts';
import { relayTls } from './relay/tls-relay.ts';
import { serveSip } from './sip/connection.ts';
import { type EdgeSettings, relayLimits } from './snapshot.ts';
import type { EdgePeers } from './snapshot-peers.ts';

/** What holds at the moment; connections ask for it again whenever they need it. */
export interface EdgeState {
  readonly settings: EdgeSettings;
  readonly peers: EdgePeers;
  judgeSip(arrival: SipArrival, decide: Parameters<Judge>[1]): Verdict;
}

export interface KindTools {
  readonly state: () => EdgeState;
  readonly admission: Admission;
  /** Path of the administration's socket. */
  readonly administration: string;
  readonly log: Log;
}

/** The listener for one port. */
export function listenerKind(port: EdgePort, tools: KindTools): ListenerKind {
  switch (port.kind) {
    case 'https':
      return httpsKind(tools);
    case 'sip':
    case 'sip-mutual':
      return sipKind(port.kind, tools);
    case 'relay':
      return relayKind(port.name, tools);
  }
}

function httpsKind({ state, admission, administration }: KindTools): ListenerKind {
  return {
    name: 'https',
    asksClientCertificate: (snapshot) => snapshot.httpsClientCertificates !== 'not-required',
    alpn: ['http/1.1'],
    answersAcme: true,
    halfOpen: true,
    limits: (s) => s.https,
    firstByteMs: () => 0,
    open(socket, address) {
      const forward = (verdict?: Verdict): Opening => ({
        serve: (touch) => forwardHttps(socket, administration, touch, verdict?.decision),
      });
      if (state().peers.httpsClientCertificates === 'not-required') return forward();
      const judge: Judge = (chain, decide) =>
        state().peers.httpsClientCertificates === 'not-required'
          ? { zone: undefined, decision: undefined, refusal: undefined }
          : judgeHttps(state().peers)(chain, decide);
      const retire = () => endSoon(socket);
      return opened(admission.admit({ socket, listener: 'https', address, judge, retire }), forward);
    },
  };
}

function sipKind(name: 'sip' | 'sip-mutual', { state, admission, log }: KindTools): ListenerKind {
  return {
    name,
    asksClientCertificate: () => true,
    halfOpen: true,
    limits: (s) => s.sip,
    firstByteMs: (s) => s.sip.firstByteMs,
    open(socket, address) {
      const judge: Judge = (chain, decide) =>
        state().judgeSip({ chain, address, certificateRequired: name === 'sip-mutual' }, decide);
      let retire = () => endSoon(socket);
      const verdict = admission.admit({ socket, listener: name, address, judge, retire: () => retire() });
      return opened(verdict, () => ({
        serve: (touch) => {
          const place = { hostName: () => state().settings.hostNames[0], upstream: () => state().peers.upstream };
          retire = serveSip(socket, place, touch, log).retire;
        },
      }));
    },
  };
}

function relayKind(name: string, { state, admission }: KindTools): ListenerKind {
  const find = () => state().peers.relays.find((relay) => relay.name === name);
  return {
    name: `relay ${name}`,
    asksClientCertificate: () => true,
    halfOpen: true,
    limits: relayLimits,
    firstByteMs: () => 0,
    open(socket, address) {
      const judge: Judge = (chain, decide) => {
        const relay = find();
        if (relay === undefined) return { zone: undefined, decision: undefined, refusal: noRelay };
        return judgeRelay(state().peers, relay)(chain, decide);
      };
      const verdict = admission.admit({
        socket,
        listener: `relay ${name}`,
        address,
        judge,
        retire: () => endSoon(socket),
      });
      return opened(verdict, () => ({
        serve: (touch) => {
          const relay = find();
          if (relay === undefined) socket.destroy();
          else relayTls(socket, relay.upstream, touch);
        },
      }));
    },
  };
}

const noRelay = { code: 'edge.no-relay', words: 'Nothing is set up behind this port.' };

function opened(verdict: Verdict | Promise<Verdict>, serve: (verdict: Verdict) => Opening): Opening | Promise<Opening> {
  const settle = (settled: Verdict): Opening =>
    settled.refusal === undefined ? serve(settled) : { refused: settled.refusal.code };
  return verdict instanceof Promise ? verdict.then(settle) : settle(verdict);
}

/** close_notify at once, the connection a moment later whatever the other side does. */
function endSoon(socket: TLSSocket): void {
  socket.end();
  setTimeout(() => socket.destroy(), 2_000).unref();
}
