/**
 * Which edges hold a connection to a peer that they reported active: an edge that dies says nothing about its
 * connections any more, so it is said in its place.
 */
import type { ZoneReported } from './report.ts';

export interface ActivePeers<Edge> {
  /** What an edge reported, in the order of all edges. */
  note(edge: Edge, report: ZoneReported): void;
  /** The edge is no more: what is to be reported of the peers that only it held. */
  gone(edge: Edge): readonly ZoneReported[];
}

/** Knows nobody yet. */
export function createActivePeers<Edge>(now: () => number = Date.now): ActivePeers<Edge> {
  const held = new Map<string, { readonly last: ZoneReported; readonly edges: Set<Edge> }>();
  return {
    note(edge, report) {
      const key = JSON.stringify([report.zone, report.peer]);
      if (report.state !== 'active') held.delete(key);
      else held.set(key, { last: report, edges: (held.get(key)?.edges ?? new Set()).add(edge) });
    },
    gone(edge) {
      const lost: ZoneReported[] = [];
      for (const [key, { last, edges }] of held) {
        if (!edges.delete(edge) || edges.size > 0) continue;
        held.delete(key);
        lost.push({ ...last, at: now(), state: 'failed', ...processEnded });
      }
      return lost;
    },
  };
}

const processEnded = {
  code: 'edge.process-ended',
  words: 'The process that held the connection has ended, and the peer has not been met again.',
};
