/**
 * Keeps what the edges report: bounded, gathered for a moment and written in one transaction, so that ten thousand
 * handshakes cost no more than the peers behind them.
 */
import { createHash } from 'node:crypto';
import { toHex } from '../../../lib/bytes.ts';
import { type Certificate, fingerprint, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { canonicalName } from '../../../pki/name/distinguished-name.ts';
import type { Storage } from '../../../storage/storage.ts';
import { comparedNames } from '../access-rules/access-rules.ts';
import { addClosed, type ClosedRow, readStates, readZones, type StateRow, writeState } from '../store.ts';
import { forgetPeers, notePeer, type PeerNote } from './peer-store.ts';
import { type PeerReport, readReport, type ZoneReport } from './report.ts';

export interface ReportBookDeps {
  readonly storage: Storage;
  /** Told of each certificate accepted for the first time: name of its key (SHA-256 of SubjectPublicKeyInfo), and whose. */
  readonly onNewKey: (keyId: string, peer: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between a report and its being written; a second unless told. */
  readonly delay?: number;
}

export interface ReportBook {
  /** Takes what an edge said; never waits, never throws. What is no report is left. */
  note(message: unknown): void;
  /** Writes what was gathered. */
  flush(): Promise<void>;
}

/** Certificates that are remembered. */
export const maximumPeers = 10_000;
const maximumClosed = 1_000;
const maximumHistory = 20;

export function createReportBook({ storage, onNewKey, onError, delay = 1_000 }: ReportBookDeps): ReportBook {
  let peers = new Map<string, { note: PeerNote; firstSeen: number; keyId: string }>();
  let states: ZoneReport[] = [];
  let closed: ClosedRow[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const gathered = { peers: [...peers.values()], states, closed };
    peers = new Map();
    states = [];
    closed = [];
    running = running.then(() => write(gathered).catch(onError));
    return running;
  };
  const write = async (gathered: {
    readonly peers: readonly { readonly note: PeerNote; readonly firstSeen: number; readonly keyId: string }[];
    readonly states: readonly ZoneReport[];
    readonly closed: readonly ClosedRow[];
  }): Promise<void> => {
    if (gathered.peers.length + gathered.states.length + gathered.closed.length === 0) return;
    const fresh: { keyId: string; peer: string }[] = [];
    await storage.transaction(async (trx) => {
      const zones = new Set((await readZones(trx)).map(({ id }) => id));
      for (const { note, firstSeen, keyId } of gathered.peers) {
        const isNew = await notePeer(trx, note, firstSeen);
        if (isNew && note.accepted === 1) fresh.push({ keyId, peer: note.address });
      }
      if (gathered.peers.length > 0) await forgetPeers(trx, maximumPeers);
      const known = new Map((await readStates(trx)).map((row) => [`${row.zone} ${row.peer}`, row]));
      for (const report of gathered.states.filter(({ zone }) => zones.has(zone))) {
        const key = `${report.zone} ${report.peer}`;
        known.set(key, nextState(known.get(key), report));
      }
      const touched = new Set(gathered.states.map(({ zone, peer }) => `${zone} ${peer}`));
      for (const [key, row] of known) if (touched.has(key)) await writeState(trx, row);
      await addClosed(trx, gathered.closed, maximumClosed);
    });
    for (const { keyId, peer } of fresh) await onNewKey(keyId, peer);
  };

  return {
    flush,
    note(message) {
      const report = readReport(message);
      if (report === undefined) return;
      if (report.type === 'zone') states = [...states.slice(-1_999), report];
      else if (report.type === 'closed') {
        const { at, zone, address, fingerprint: print, reason } = report;
        closed = [...closed.slice(1 - maximumClosed), { at, zone, address, fingerprint: print, reason }];
      } else {
        const key = keyOf(report);
        const before = peers.get(key);
        if (before === undefined && peers.size >= maximumPeers) return;
        const made = noteOf(report, before);
        if (made !== undefined) peers.set(key, made);
      }
      timer ??= setTimeout(() => void flush(), delay).unref();
    },
  };
}

function keyOf({ chain }: PeerReport): string {
  return toHex(fingerprint(chain[0] ?? new Uint8Array()));
}

type Noted = { readonly note: PeerNote; readonly firstSeen: number; readonly keyId: string };

/** Undefined for a certificate that cannot be read: there is nothing to show of it. */
function noteOf({ at, listener, zone, address, chain, decision }: PeerReport, before?: Noted): Noted | undefined {
  const latest = {
    last_seen: Math.max(at, before?.note.last_seen ?? 0),
    zone,
    address,
    listener,
    accepted: decision.accepted && decision.refusal === undefined ? 1 : 0,
    decision: JSON.stringify(decision),
  };
  if (before !== undefined) return { ...before, note: { ...before.note, ...latest, seen: before.note.seen + 1 } };
  const der = chain[0] ?? new Uint8Array();
  const parsed = parseCertificate(der);
  if (!parsed.ok) return undefined;
  const certificate = parsed.value;
  const keyId = createHash('sha256').update(certificate.publicKeyInfo).digest('hex');
  const facts = { der, who: whoIs(certificate), not_after: certificate.notAfter, seen: 1 };
  return { note: { fingerprint: toHex(fingerprint(der)), ...facts, ...latest }, firstSeen: at, keyId };
}

/** The same for every certificate a peer has one after another: subject and names. */
export function whoIs(certificate: Certificate): string {
  const names = [...comparedNames(certificate)].map((name) => name.toLowerCase()).sort();
  return createHash('sha256')
    .update(JSON.stringify([canonicalName(certificate.subject), names]))
    .digest('hex');
}

/** History grows when the state or its reason changes. */
function nextState(before: StateRow | undefined, report: ZoneReport): StateRow {
  const { zone, peer, at, state, code, words } = report;
  const changed = before === undefined || before.state !== state || before.code !== code;
  const history = before === undefined ? [] : (JSON.parse(before.history) as object[]);
  return {
    zone,
    peer,
    at,
    state,
    code,
    words,
    since: before === undefined || before.state !== state ? at : before.since,
    history: JSON.stringify(changed ? [{ at, state, code, words }, ...history].slice(0, maximumHistory) : history),
  };
}
