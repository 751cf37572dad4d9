/** A form over something with a version: what was read, what was changed since, and what to send. */
import { useState } from 'react';
import { useUnsavedGuard } from './components/dialogs/unsaved.ts';

/**
 * Holds the edits made to `saved`. Nothing typed is lost when it changes meanwhile: `version` stays that of what the
 * person saw, so that the gateway refuses the change (409) until `clear` takes up what holds now. After a save, `clear`
 * is given what was saved, which is shown until `saved` follows.
 */
export function useEdits<V extends object>(saved: V, version: number, what: string) {
  const [base, setBase] = useState({ values: saved, version, seen: version });
  const [edits, setEdits] = useState<Partial<V>>({});
  const keys = Object.keys(edits) as (keyof V)[];
  const differing = keys.filter((key) => JSON.stringify(edits[key]) !== JSON.stringify(base.values[key]));
  const dirty = differing.length > 0;
  if (!dirty && version !== base.seen) setBase({ values: saved, version, seen: version });
  useUnsavedGuard(dirty, what);
  return {
    values: { ...base.values, ...edits },
    version: base.version,
    changed: Object.fromEntries(differing.map((key) => [key, edits[key]])) as Partial<V>,
    dirty,
    set: (change: Partial<V>) => setEdits({ ...edits, ...change }),
    clear: (values = saved, at = version) => {
      setEdits({});
      setBase({ values, version: at, seen: version });
    },
  };
}
