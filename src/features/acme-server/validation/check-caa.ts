/** Looks up the CAA records that decide about a name, and asks them (RFC 8659 3): the nearest name that has any counts. */
import { printable } from '../../../lib/printable.ts';
import type { CertifiedName } from '../issuing-ca.ts';
import type { AcmeProblem } from '../protocol/acme-error.ts';
import { type CaaQuestion, type CaaRecord, caaRefusal } from './caa-rules.ts';
import type { NameServer } from './name-server.ts';

export interface CaaSubject {
  /** A DNS name; a wildcard with its `*.`. */
  readonly identifier: CertifiedName;
  readonly method: string;
}

/** Milliseconds for all names of an order together. */
const longest = 10_000;

/** One problem for each name that may not be certified: `caa`, or `dns` when nobody tells. */
export async function checkCaa(
  subjects: readonly CaaSubject[],
  names: Pick<NameServer, 'caa'>,
  { domains, isAccount }: Pick<CaaQuestion, 'domains' | 'isAccount'>,
): Promise<readonly AcmeProblem[]> {
  const signal = AbortSignal.timeout(longest);
  const known = new Map<string, Promise<readonly CaaRecord[]>>();
  const recordsOf = (name: string): Promise<readonly CaaRecord[]> => {
    const found = known.get(name) ?? ask(names, name, signal);
    known.set(name, found);
    return found;
  };
  const problems = await Promise.all(
    subjects.map(async ({ identifier, method }): Promise<AcmeProblem | undefined> => {
      const wildcard = identifier.value.startsWith('*.');
      const about = { identifier: { type: identifier.type, value: identifier.value } };
      try {
        const relevant = await climb(wildcard ? identifier.value.slice(2) : identifier.value, recordsOf);
        if (relevant === undefined) return undefined;
        const fault = await caaRefusal(relevant.records, { domains, isAccount, wildcard, method });
        if (fault === undefined) return undefined;
        return { type: 'caa', reason: 'caa', detail: `${identifier.value}: ${relevant.name} ${fault}.`, ...about };
      } catch (error) {
        // not to be taken for a name without records (RFC 8659 5.4)
        const words = `${identifier.value}: no DNS server told its CAA records: ${errorWords(error)}. Try again later.`;
        return { type: 'dns', reason: 'caa-lookup', detail: words, ...about };
      }
    }),
  );
  return problems.filter((problem) => problem !== undefined);
}

async function climb(name: string, recordsOf: (name: string) => Promise<readonly CaaRecord[]>) {
  for (const labels = name.split('.'); labels.length > 0; labels.shift()) {
    const at = labels.join('.');
    const records = await recordsOf(at);
    if (records.length > 0) return { name: at, records };
  }
  return undefined;
}

async function ask(names: Pick<NameServer, 'caa'>, name: string, signal: AbortSignal): Promise<readonly CaaRecord[]> {
  signal.throwIfAborted();
  try {
    return await names.caa(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw error;
  }
}

function errorWords(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return printable(typeof code === 'string' ? code : 'no answer in time', 60);
}
