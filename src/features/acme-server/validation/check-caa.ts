/** Asks the CAA records of the names of an order whether this CA may issue (RFC 8659). */
import { printable } from '../../../lib/printable.ts';
import { type CaaQuestion, type CaaRecord, caaRefusal } from '../../../pki/caa/caa-rules.ts';
import { relevantRecords } from '../../../pki/caa/relevant-records.ts';
import type { CertifiedName } from '../issuing-ca.ts';
import type { AcmeProblem } from '../protocol/acme-error.ts';
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
  const ask = async (name: string): Promise<readonly CaaRecord[]> => {
    signal.throwIfAborted();
    return names.caa(name);
  };
  const recordsOf = (name: string): Promise<readonly CaaRecord[]> => {
    const found = known.get(name) ?? ask(name);
    known.set(name, found);
    return found;
  };
  const problems = await Promise.all(
    subjects.map(async ({ identifier, method }): Promise<AcmeProblem | undefined> => {
      const wildcard = identifier.value.startsWith('*.');
      const about = { identifier: { type: identifier.type, value: identifier.value } };
      try {
        const relevant = await relevantRecords(identifier.value, recordsOf);
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

function errorWords(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return printable(typeof code === 'string' ? code : 'no answer in time', 60);
}
