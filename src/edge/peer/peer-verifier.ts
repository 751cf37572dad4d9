/**
 * Verification inside an edge: what the snapshot trusts and knows as revoked, kept ready, and the engine run on every
 * handshake. Facts are remembered between handshakes (signatures that are good, the chain a known leaf came with); what
 * was decided is used again only for the same chain, question, trust and revocation data, for a few seconds.
 */
import type { TLSSocket } from 'node:tls';
import {
  type Decision,
  decide,
  type EvidenceAnswer,
  type EvidenceCrl,
  type Purpose,
  type VerifySettings,
} from '../../features/verification/verification.ts';
import { type Certificate, parseCertificate } from '../../pki/certificate/certificate.ts';
import { ByteMemory } from '../../pki/path/byte-memory.ts';
import { SignatureMemory } from '../../pki/path/signature-memory.ts';
import type { EdgeSnapshot } from '../snapshot.ts';
import type { EdgeRevocationRule } from '../snapshot-peers.ts';
import { DecisionMemory } from './decision-memory.ts';
import { loadEvidence, type PeerEvidence } from './evidence.ts';
import { presentedChain, presentedLeaf } from './presented-chain.ts';

/** Leaf first; what could not be read stays bytes, and the engine says so. */
export type PeerChain = readonly (Certificate | Uint8Array)[];

/** The bytes as presented. */
export function derOf(certificate: Certificate | Uint8Array): Uint8Array {
  return certificate instanceof Uint8Array ? certificate : certificate.der;
}

export interface PeerQuestion {
  readonly purpose: Purpose;
  /** The row of the table of revocation sources that counts, when it is not that of the purpose. */
  readonly sources?: VerifySettings['sources'];
  /** Any one has to be proved; empty: none is asked for. */
  readonly names: readonly string[];
  readonly trustSet: string;
  readonly extendedKeyUsage: NonNullable<VerifySettings['extendedKeyUsage']>;
  readonly revocation: EdgeRevocationRule;
  readonly enforce: boolean;
}

/** What was asked outside about one chain. */
export interface FetchedEvidence {
  readonly ocsp: readonly EvidenceAnswer[];
  readonly crls: readonly EvidenceCrl[];
}

export interface PeerVerifier {
  /** Reads what the snapshot names; `use` of the result cannot fail. */
  prepare(snapshot: EdgeSnapshot): Promise<{ use(): void }>;
  /** What the client presented, from memory when its leaf is known; undefined: nothing. */
  presented(socket: TLSSocket): { readonly chain: PeerChain; readonly known: boolean } | undefined;
  /** What the client presented, read anew. */
  presentedAnew(socket: TLSSocket): PeerChain;
  /** A chain that was accepted: its leaf is known from now on. */
  remember(chain: PeerChain): void;
  decide(chain: PeerChain, question: PeerQuestion, fetched?: FetchedEvidence): Decision;
  readonly problems: readonly string[];
}

export function createPeerVerifier(folder: string, now: () => number = Date.now): PeerVerifier {
  const memory = new SignatureMemory();
  const leaves = new ByteMemory<PeerChain>(4_096, 16_384);
  /** CA certificates of accepted chains: thousands of peers present the same few. */
  const issuers = new ByteMemory<Certificate>(256);
  let evidence: PeerEvidence | undefined;
  let decisions = new DecisionMemory();
  const tools = { monotonic: () => performance.now(), memory };

  return {
    async prepare(snapshot) {
      const next = await loadEvidence(folder, snapshot, evidence);
      return {
        use: () => {
          evidence = next;
          // the old ones would keep the old CRLs
          decisions = new DecisionMemory();
        },
      };
    },
    presented(socket) {
      const leaf = presentedLeaf(socket);
      if (leaf === undefined) return undefined;
      const chain = leaves.get(leaf);
      return chain === undefined ? { chain: readChain(leaf, socket, issuers), known: false } : { chain, known: true };
    },
    presentedAnew: (socket) => readChain(presentedLeaf(socket), socket, issuers),
    remember(chain) {
      const [leaf, ...above] = chain;
      if (leaf !== undefined && !(leaf instanceof Uint8Array)) leaves.set(leaf.der, chain);
      for (const one of above) if (!(one instanceof Uint8Array)) issuers.set(one.der, one);
    },
    decide(chain, question, fetched) {
      const { revocation } = question;
      const held = evidence ?? nothing;
      const basis = { question, evidence: held, fetched };
      const time = now();
      const known = decisions.get(chain, basis, time);
      if (known !== undefined) return known;
      const decision = decide(
        {
          chain,
          trust: held.trust(question.trustSet),
          purpose: question.purpose,
          names: question.names,
          evidence: {
            crls: fetched === undefined ? held.crls : [...held.crls, ...fetched.crls],
            ocsp: fetched?.ocsp ?? [],
          },
          time,
          settings: {
            enforce: question.enforce,
            revocation: revocation.mode,
            whenUnknown: revocation.fallback,
            switches: { crl: revocation.useCrls, ocsp: revocation.useOcsp, cdp: revocation.allowCdp },
            extendedKeyUsage: question.extendedKeyUsage,
            ...(question.sources && { sources: question.sources }),
          },
        },
        tools,
      );
      decisions.set(chain, basis, decision, time);
      return decision;
    },
    get problems() {
      return evidence?.problems ?? [];
    },
  };
}

/** What the server of a call presented, leaf first. */
export function readServerChain(socket: TLSSocket): PeerChain {
  return presentedChain(socket).map(parsed);
}

const nothing: PeerEvidence = {
  serial: 0,
  trust: () => {
    throw new Error('nothing is verified before the first snapshot');
  },
  crls: [],
  problems: [],
  kept: new Map(),
  certificates: new Map(),
  sets: new Map(),
};

/** The leaf from the session is what was proved; the rest is only as good as its signatures. */
function readChain(leaf: Uint8Array | undefined, socket: TLSSocket, issuers: ByteMemory<Certificate>): PeerChain {
  const above = presentedChain(socket)
    .slice(1)
    .map((der) => issuers.get(der) ?? parsed(der));
  return leaf === undefined ? above : [parsed(leaf), ...above];
}

function parsed(der: Uint8Array): Certificate | Uint8Array {
  const result = parseCertificate(der);
  return result.ok ? result.value : der;
}
