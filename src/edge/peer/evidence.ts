/** What an edge verifies with: sets of trusted CAs and CRLs, read once for each snapshot and kept between them. */
import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { type EvidenceCrl, type Trust, trustOf } from '../../features/verification/verification.ts';
import { type Certificate, parseCertificate } from '../../pki/certificate/certificate.ts';
import type { LoadedCrl } from '../../pki/crl/loaded-crl.ts';
import type { EdgeSnapshot } from '../snapshot.ts';
import type { EdgeCrlFile } from '../snapshot-peers.ts';
import { readCrlFile } from './crl-file.ts';

export interface PeerEvidence {
  readonly serial: number;
  /** By the name of the set; `''` is the trusted CA list. An unknown name gives an empty set. */
  trust(name: string): Trust;
  readonly crls: readonly EvidenceCrl[];
  /** Why a CRL that the snapshot names is not used. */
  readonly problems: readonly string[];
  /** What was read, for the next snapshot. */
  readonly kept: ReadonlyMap<string, LoadedCrl>;
  readonly certificates: ReadonlyMap<string, Certificate>;
  readonly sets: ReadonlyMap<string, TrustSet>;
}

interface TrustSet {
  /** Base64 of the DER. */
  readonly list: readonly string[];
  readonly trust: Trust;
}

/** Reads what the snapshot names; what `previous` holds already is used again. A file that cannot be read is a problem. */
export async function loadEvidence(
  folder: string,
  snapshot: EdgeSnapshot,
  previous?: PeerEvidence,
): Promise<PeerEvidence> {
  const certificates = new Map<string, Certificate>();
  const certificate = (der: string): Certificate[] => {
    const known = certificates.get(der) ?? previous?.certificates.get(der) ?? parse(der);
    if (known !== undefined) certificates.set(der, known);
    return known === undefined ? [] : [known];
  };
  const sets = new Map<string, TrustSet>();
  const keep = (name: string, list: readonly string[], label?: string) => {
    const read = list.flatMap(certificate);
    const before = previous?.sets.get(name);
    const same = before?.list.length === list.length && list.every((der, i) => der === before.list[i]);
    sets.set(name, { list, trust: same ? before.trust : trustOf(read, label) });
  };
  keep('', snapshot.trust);
  for (const [name, list] of Object.entries(snapshot.trustSets)) {
    keep(name, list, `the set “${name}” of trusted CAs`);
  }
  const kept = new Map<string, LoadedCrl>();
  const crls: EvidenceCrl[] = [];
  const problems: string[] = [];
  for (const one of snapshot.revocation.crls) {
    const { file, source } = one;
    const path = isAbsolute(file) ? file : join(folder, 'crl', file);
    const crl = kept.get(path) ?? previous?.kept.get(path) ?? (await readCrl({ ...one, file: path }, problems));
    if (crl === undefined) continue;
    kept.set(path, crl);
    crls.push({ crl, origin: source });
  }
  return holding({ serial: snapshot.serial, crls, problems, kept, certificates, sets });
}

/** Apart from what read it: a closure in there would keep what it was read beside, and that what came before it. */
function holding(read: Omit<PeerEvidence, 'trust'>): PeerEvidence {
  const nothing = trustOf([], 'an unknown set of trusted CAs');
  return { ...read, trust: (name) => read.sets.get(name)?.trust ?? nothing };
}

/** A short name for evidence that came from outside. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function parse(der: string): Certificate | undefined {
  const parsed = parseCertificate(new Uint8Array(Buffer.from(der, 'base64')));
  return parsed.ok ? parsed.value : undefined;
}

async function readCrl(crl: EdgeCrlFile, problems: string[]): Promise<LoadedCrl | undefined> {
  const read = await readCrlFile(crl);
  if (typeof read !== 'string') return read;
  problems.push(`${crl.file}: ${read}`);
  return undefined;
}
