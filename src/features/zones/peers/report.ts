/** What an edge reports: a certificate that was presented, the state of a zone's peer, a connection it closed. */
import { printable } from '../../../lib/printable.ts';
import type { Decision } from '../../verification/verification.ts';
import type { StateWord } from '../schemas.ts';

export type Report = PeerReport | ZoneReport | ClosedReport;

export interface PeerReport {
  readonly type: 'peer';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly listener: string;
  /** Id of the zone; empty: none took it. */
  readonly zone: string;
  readonly address: string;
  /** Leaf first. */
  readonly chain: readonly Uint8Array[];
  readonly decision: ReportedDecision;
}

/** `refusal`: why the peer was not let in, when it was not; an access rule may refuse what verification accepts. */
export type ReportedDecision = Decision & { readonly refusal?: { readonly code: string; readonly words: string } };

export interface ZoneReport {
  readonly type: 'zone';
  readonly at: number;
  readonly zone: string;
  /** `host:port` that is called, or the address that called. */
  readonly peer: string;
  readonly state: StateWord;
  readonly code: string;
  readonly words: string;
}

export interface ClosedReport {
  readonly type: 'closed';
  readonly at: number;
  readonly zone: string;
  readonly address: string;
  readonly fingerprint: string;
  readonly reason: string;
}

/** Edges are of this gateway, but may be of another version of it: what cannot be read is undefined. */
export function readReport(message: unknown): Report | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const value = message as Record<string, unknown>;
  const at = timeOf(value['at']);
  if (at === undefined) return undefined;
  const text = (key: string, max = 300): string => printable(typeof value[key] === 'string' ? value[key] : '', max);
  const common = { at, zone: text('zone'), address: text('address') };
  switch (value['type']) {
    case 'peer': {
      const chain = Array.isArray(value['chain']) ? value['chain'].filter((one) => typeof one === 'string') : [];
      if (chain.length === 0 || !isDecision(value['decision'])) return undefined;
      return {
        type: 'peer',
        ...common,
        listener: text('listener'),
        chain: chain.slice(0, 16).map((one) => new Uint8Array(Buffer.from(one, 'base64'))),
        decision: { ...value['decision'], ...refusalOf(value['refusal']) },
      };
    }
    case 'zone': {
      const state = states.find((word) => word === value['state']);
      if (state === undefined || text('peer') === '') return undefined;
      const { at: when, zone } = common;
      return {
        type: 'zone',
        at: when,
        zone,
        peer: text('peer'),
        state,
        code: text('code'),
        words: text('words', 1_000),
      };
    }
    case 'closed':
      return { type: 'closed', ...common, fingerprint: text('fingerprint'), reason: text('reason', 1_000) };
    default:
      return undefined;
  }
}

const states: readonly StateWord[] = ['active', 'failed', 'checking', 'off'];

function refusalOf(value: unknown): Pick<ReportedDecision, 'refusal'> {
  if (typeof value !== 'object' || value === null) return {};
  const { code, words } = value as Record<string, unknown>;
  return { refusal: { code: printable(String(code ?? '')), words: printable(String(words ?? ''), 1_000) } };
}

/** ISO 8601 or milliseconds. */
function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isSafeInteger(Math.round(time)) && time > 0 ? Math.round(time) : undefined;
}

function isDecision(value: unknown): value is Decision {
  if (typeof value !== 'object' || value === null) return false;
  const { accepted, enforced, code, words, path, purpose, warnings, names, revocation, cost } =
    value as Partial<Decision>;
  return (
    typeof accepted === 'boolean' &&
    typeof enforced === 'boolean' &&
    [code, words, purpose].every((text) => typeof text === 'string') &&
    [path, warnings].every((list) => Array.isArray(list)) &&
    [names, revocation, cost].every((part) => typeof part === 'object' && part !== null)
  );
}
