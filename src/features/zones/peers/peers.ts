/** The register of peers: every certificate that any peer has presented, with the last decision about it and what will become of it. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../lib/clock.ts';
import { isoTime } from '../../../lib/time-text.ts';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { usageNames } from '../../../pki/certificate/extended-key-usages.ts';
import { encodePem } from '../../../pki/pem.ts';
import { certificateText } from '../../../pki/text/certificate-text.ts';
import type { Storage } from '../../../storage/storage.ts';
import { explain } from '../../verification/verification.ts';
import { unknownPeer } from '../problems.ts';
import { readZones } from '../store.ts';
import { type ForecastFacts, forecast } from './forecast.ts';
import { type CertificateFacts, FactsMemory, isPublic } from './peer-facts.ts';
import { type PeerTableRow, readPeer, readPeers } from './peer-store.ts';
import type { ReportedDecision } from './report.ts';
import { maximumPeers } from './report-book.ts';
import type { PeerRow, PeerView } from './schemas.ts';

/** One certificate with all that is known of it. */
export interface KnownPeer {
  readonly row: PeerTableRow;
  readonly facts: CertificateFacts;
  readonly decision: ReportedDecision;
  readonly future: ForecastFacts;
}

export interface PeerQuery {
  /** Words that must occur in subject, issuer, names, address or fingerprint. */
  readonly search?: string | undefined;
  /** Id of a zone. */
  readonly zone?: string | undefined;
  readonly limit?: number | undefined;
}

export interface Peers {
  /** Last seen first. `total` counts those that match. */
  list(query: PeerQuery): Promise<{ peers: PeerRow[]; total: number; limit: number }>;
  /** Throws `zones.unknown-peer` (404). */
  view(fingerprint: string): Promise<PeerView>;
  /** Every certificate that belongs to a zone and was not replaced by a newer one. */
  current(): Promise<readonly KnownPeer[]>;
}

const day = 86_400_000;

/** `flush` writes what was reported a moment ago. */
export function createPeers(deps: { storage: Storage; clock: Clock; flush: () => Promise<void> }): Peers {
  const { storage, clock } = deps;
  const memory = new FactsMemory();
  const all = async () => {
    await deps.flush();
    const rows = await readPeers(storage.db);
    memory.keep(new Set(rows.map(({ fingerprint }) => fingerprint)));
    return { rows, renewals: renewalsOf(rows) };
  };
  const known = (row: PeerTableRow, renewals: Renewals): KnownPeer | undefined => {
    const facts = memory.of(row.fingerprint, row.der);
    if (facts === undefined) return undefined;
    const decision = JSON.parse(row.decision) as ReportedDecision;
    const { notBefore, notAfter, extendedKeyUsage, weak } = facts;
    const future = {
      notBefore,
      notAfter,
      extendedKeyUsage,
      weak,
      publicCa: isPublic(facts, decision),
      renewedBeforeDays: renewals.before.get(row.fingerprint) ?? [],
      superseded: renewals.superseded.has(row.fingerprint),
    };
    return { row, facts, decision, future };
  };
  const rowOf = async (): Promise<(peer: KnownPeer) => PeerRow> => {
    const names = new Map((await readZones(storage.db)).map(({ id, name }) => [id, name]));
    return (peer) => peerRow(peer, names.get(peer.row.zone) ?? '', clock.now());
  };
  return {
    async list({ search = '', zone, limit = 200 }) {
      const { rows, renewals } = await all();
      const words = search.toLowerCase().split(/\s+/).filter(Boolean);
      const matching: PeerTableRow[] = [];
      for (const [i, row] of rows.entries()) {
        // thousands of certificates take a while to read: others get their turn in between
        if (i % 100 === 99) await setImmediate();
        if (zone !== undefined && row.zone !== zone) continue;
        const facts = memory.of(row.fingerprint, row.der);
        if (facts !== undefined && matches(row, facts, words)) matching.push(row);
      }
      const shown = matching.slice(0, limit).flatMap((row) => known(row, renewals) ?? []);
      return { peers: shown.map(await rowOf()), total: matching.length, limit: maximumPeers };
    },
    async view(given) {
      const fingerprint = given.replaceAll(/[:\s]/g, '').toLowerCase();
      const { renewals } = await all();
      const row = await readPeer(storage.db, fingerprint);
      const peer = row === undefined ? undefined : known(row, renewals);
      const parsed = row === undefined ? undefined : parseCertificate(row.der);
      if (peer === undefined || parsed === undefined || !parsed.ok) throw unknownPeer(given);
      return {
        peer: (await rowOf())(peer),
        text: explain(peer.decision),
        decision: peer.decision,
        decoded: certificateText(parsed.value),
        pem: encodePem('CERTIFICATE', peer.row.der),
      };
    },
    async current() {
      const { rows, renewals } = await all();
      return rows
        .filter(({ zone, fingerprint }) => zone !== '' && !renewals.superseded.has(fingerprint))
        .flatMap((row) => known(row, renewals) ?? []);
    },
  };
}

interface Renewals {
  /** By fingerprint: of the certificates before it, how many days before the end the next one was seen. */
  readonly before: ReadonlyMap<string, readonly number[]>;
  readonly superseded: ReadonlySet<string>;
}

/** Certificates of one peer follow each other in the order of their ends; those that end with a later one are copies. */
export function renewalsOf(
  rows: readonly Pick<PeerTableRow, 'fingerprint' | 'who' | 'not_after' | 'first_seen'>[],
): Renewals {
  const before = new Map<string, readonly number[]>();
  const superseded = new Set<string>();
  for (const group of Map.groupBy(rows, ({ who }) => who).values()) {
    const ordered = [...group].sort((a, b) => a.not_after - b.not_after || a.first_seen - b.first_seen);
    const days: number[] = [];
    for (const [i, row] of ordered.entries()) {
      before.set(row.fingerprint, [...days]);
      const next = ordered[i + 1];
      if (next === undefined) continue;
      if (next.first_seen <= row.first_seen) continue;
      superseded.add(row.fingerprint);
      days.push(Math.floor((row.not_after - next.first_seen) / day));
    }
  }
  return { before, superseded };
}

function matches({ fingerprint, address }: PeerTableRow, facts: CertificateFacts, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = [fingerprint, address, facts.subject, facts.issuer, ...facts.names].join(' ').toLowerCase();
  return words.every((word) => text.includes(word.replaceAll(':', '')) || text.includes(word));
}

function peerRow({ row, facts, decision, future }: KnownPeer, zoneName: string, now: number): PeerRow {
  const { fingerprint, zone, address, listener, seen } = row;
  const { subject, issuer, names, key, extendedKeyUsage } = facts;
  const { accepted, enforced, code, words, refusal } = decision;
  return {
    fingerprint,
    zone,
    zoneName,
    address,
    listener,
    seen,
    subject,
    issuer,
    names,
    key,
    accepted,
    enforced,
    code,
    words,
    notBefore: isoTime(facts.notBefore),
    notAfter: isoTime(facts.notAfter),
    extendedKeyUsage: usageNames(extendedKeyUsage),
    firstSeen: isoTime(row.first_seen),
    lastSeen: isoTime(row.last_seen),
    refusal: refusal?.words ?? null,
    superseded: future.superseded,
    forecast: forecast(future, now),
  };
}
