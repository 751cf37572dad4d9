/**
 * Traversal server zones are as well as the clients that call: active while one is connected, failed when it was refused
 * or went away.
 */
import type { PeerReport } from '../peer/admission.ts';
import type { Refusal, Verdict } from '../peer/judge-sip.ts';
import type { LivePeers } from '../peer/live-peers.ts';
import type { ZoneReported } from '../reports/report.ts';

export interface Callers {
  /** A certificate was judged on arrival. */
  judged(report: Pick<PeerReport, 'address' | 'verdict'>): void;
  /** An open connection is no more; `refusal` when it was ended because of that. */
  gone(address: string, was: Verdict, refusal: Refusal | undefined): void;
}

/** States are told anew this often: administration may have started, another edge may have lost the same client. */
const repeatMs = 60_000;

export function createCallers(
  live: () => Pick<LivePeers, 'some' | 'each'>,
  report: (report: ZoneReported) => void,
): Callers {
  const tell = (zone: string, peer: string, refusal: Refusal | undefined) => {
    const { code, words } = refusal ?? connected;
    report({
      type: 'zone',
      at: Date.now(),
      zone,
      peer,
      state: refusal === undefined ? 'active' : 'failed',
      code,
      words,
    });
  };
  const isThere = (zone: string, address: string) =>
    live().some((arrival, { zone: other }) => other?.id === zone && arrival.address === address);

  const repeat = () => {
    const there = new Map<string, readonly [string, string]>();
    live().each(({ address }, { zone }) => {
      if (zone?.kind === 'traversal-server') there.set(`${zone.id} ${address}`, [zone.id, address]);
    });
    for (const [zone, address] of there.values()) tell(zone, address, undefined);
  };
  setInterval(repeat, repeatMs).unref();

  return {
    judged({ address, verdict: { zone, refusal } }) {
      if (zone?.kind !== 'traversal-server') return;
      if (refusal === undefined || !isThere(zone.id, address)) tell(zone.id, address, refusal);
    },
    gone(address, { zone }, refusal) {
      if (zone?.kind !== 'traversal-server' || isThere(zone.id, address)) return;
      tell(zone.id, address, refusal ?? left);
    },
  };
}

const connected = { code: '', words: 'The client is connected and was verified as configured.' };

const left: Refusal = {
  code: 'edge.zone-left',
  words: 'The client has closed its connection, or lost it, and has not called again.',
};
