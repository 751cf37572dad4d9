/** What an edge verifies with: sets of trusted CAs and CRLs, read once for each snapshot and kept between them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { type EvidenceCrl, type Trust, trustOf } from '../../features/verification/verification.ts';
import { type Certificate, parseCertificate } from '../../pki/certificate/certificate.ts';
import { type LoadedCrl, loadCrl } from '../../pki/crl/loaded-crl.ts';
import type { EdgeSnapshot } from '../snapshot.ts';

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
}

/** Reads what the snapshot names; what `previous` holds already is used again. A file that cannot be read is a problem. */
export async function loadEvidence(
  folder: string,
  snapshot: EdgeSnapshot,
  previous?: PeerEvidence,
): Promise<PeerEvidence> {
  const certificates = new Map<string, Certificate>();
  const read = (der: string): Certificate[] => {
    const known = certificates.get(der) ?? previous?.certificates.get(der) ?? parse(der);
    if (known !== undefined) certificates.set(der, known);
    return known === undefined ? [] : [known];
  };
  const sets = new Map<string, Trust>([['', trustOf(snapshot.trust.flatMap(read))]]);
  for (const [name, list] of Object.entries(snapshot.trustSets)) {
    sets.set(name, trustOf(list.flatMap(read), `the set “${name}” of trusted CAs`));
  }
  const kept = new Map<string, LoadedCrl>();
  const crls: EvidenceCrl[] = [];
  const problems: string[] = [];
  for (const { file, source, origin } of snapshot.revocation.crls) {
    const path = isAbsolute(file) ? file : join(folder, 'crl', file);
    const crl = kept.get(path) ?? previous?.kept.get(path) ?? (await readCrl(path, origin ?? file, problems));
    if (crl === undefined) continue;
    kept.set(path, crl);
    crls.push({ crl, origin: source });
  }
  const nothing = trustOf([], 'an unknown set of trusted CAs');
  return {
    serial: snapshot.serial,
    trust: (name) => sets.get(name) ?? nothing,
    crls,
    problems,
    kept,
    certificates,
  };
}

/** A short name for evidence that came from outside. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function parse(der: string): Certificate | undefined {
  const parsed = parseCertificate(new Uint8Array(Buffer.from(der, 'base64')));
  return parsed.ok ? parsed.value : undefined;
}

async function readCrl(path: string, source: string, problems: string[]): Promise<LoadedCrl | undefined> {
  try {
    const loaded = loadCrl(await readFile(path), source);
    const indexed = loaded.ok ? loaded.value.index() : loaded;
    if (loaded.ok && indexed.ok) return loaded.value;
    problems.push(`${path}: ${indexed.ok ? 'it cannot be read' : indexed.error.message}`);
  } catch (error) {
    problems.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return undefined;
}
