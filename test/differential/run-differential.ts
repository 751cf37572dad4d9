/** Generated chains through our engine and `openssl verify`, two at a time, and what the two make of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltChain, buildChain } from './build-chain.ts';
import { explain } from './divergences.ts';
import { generateChain } from './generate-chain.ts';
import { opensslVerdict } from './openssl-verdict.ts';
import { ourVerdict } from './our-verdict.ts';

export interface DifferentialFigures {
  readonly chains: number;
  readonly withCrls: number;
  readonly bothAccept: number;
  readonly bothRefuse: number;
  /** Explained disagreements by the name of their explanation. */
  readonly explained: Readonly<Record<string, number>>;
  /** One line for each disagreement that nothing explains. */
  readonly unexplained: readonly string[];
  /** How often our engine gave each code. */
  readonly codes: Readonly<Record<string, number>>;
}

export interface DifferentialOptions {
  readonly seed: number;
  readonly chains: number;
  readonly onProgress?: (done: number) => void;
}

export async function runDifferential(options: DifferentialOptions): Promise<DifferentialFigures> {
  const { seed, chains, onProgress } = options;
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-differential-'));
  const explained = new Map<string, number>();
  const codes = new Map<string, number>();
  const unexplained: string[] = [];
  let [withCrls, bothAccept, bothRefuse, next] = [0, 0, 0, 0];

  const check = async (number: number, own: string): Promise<void> => {
    const chain = generateChain(seed, number);
    const built = buildChain(chain);
    const ours = ourVerdict(chain, built);
    const openssl = await opensslVerdict(own, chain, built);
    count(codes, ours.code ?? 'accepted');
    if (chain.crls !== undefined) withCrls++;
    if (ours.accepted && openssl.accepted) bothAccept++;
    else if (!ours.accepted && !openssl.accepted) bothRefuse++;
    else {
      const again = (other: BuiltChain) => opensslVerdict(own, chain, other);
      const reason = await explain({ chain, built, ours, openssl, again });
      if (reason !== undefined) count(explained, reason);
      else {
        const theirs = openssl.accepted ? 'accepted' : openssl.output.trim().replaceAll('\n', '; ');
        const mutations = chain.mutations.join(' + ');
        unexplained.push(
          `seed ${seed}, chain ${number} (${mutations}): ours ${ours.code ?? 'accepted'} ${ours.message}, OpenSSL ${theirs}`,
        );
      }
    }
  };
  const worker = async (name: string): Promise<void> => {
    while (next < chains) {
      const number = next++;
      await check(number, join(folder, name));
      if (number % 500 === 499) onProgress?.(number + 1);
    }
  };
  try {
    await Promise.all(['a', 'b'].map(worker));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { chains, withCrls, bothAccept, bothRefuse, explained: sorted(explained), unexplained, codes: sorted(codes) };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}
