/** How many certificates each authority issued: counted once, then kept up to date. */
import type { Db } from '../../../storage/schema.ts';
import type { StatusChange } from '../private-ca.ts';
import { countCertificates } from '../store.ts';

export interface Counts {
  readonly issued: number;
  readonly revoked: number;
}

export interface Counter {
  counts(authority: string): Promise<Counts>;
  note(change: StatusChange): void;
}

export function createCounter(db: Db): Counter {
  const known = new Map<string, Counts>();
  return {
    async counts(authority) {
      const counted = known.get(authority) ?? (await countCertificates(db, authority));
      known.set(authority, counted);
      return counted;
    },
    note({ what, authority }) {
      const before = known.get(authority);
      if (what === 'issued' && before !== undefined) known.set(authority, { ...before, issued: before.issued + 1 });
      // an authority's own certificate is in the record of the one above it
      else if (what === 'authority') known.clear();
      else known.delete(authority);
    },
  };
}
