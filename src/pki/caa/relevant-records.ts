/** Which CAA records decide about a name: those of the name itself, else of the nearest name above it (RFC 8659 3). */
import type { CaaRecord } from './caa-rules.ts';

export interface RelevantRecords {
  /** Whose they are. */
  readonly name: string;
  readonly records: readonly CaaRecord[];
}

/**
 * `lookUp` rejects with the code ENOTFOUND or ENODATA for a name without records; every other error comes out of here,
 * for it is not to be taken for that (RFC 8659 5.4). Undefined when no name has records. A wildcard goes by its base name.
 */
export async function relevantRecords(
  name: string,
  lookUp: (name: string) => Promise<readonly CaaRecord[]>,
): Promise<RelevantRecords | undefined> {
  for (const labels = name.replace(/^\*\./, '').split('.'); labels.length > 0; labels.shift()) {
    const at = labels.join('.');
    const records = await lookUp(at).catch((error: { readonly code?: unknown }) => {
      if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return [];
      throw error;
    });
    if (records.length > 0) return { name: at, records };
  }
  return undefined;
}

/**
 * node:dns gives `{ critical: 128, type: 'CAA', issue: 'ca.example' }`, the tag as it was written. Tags called `critical`
 * or `type` hide what they replace: they come out as an unknown tag, the first of them as a critical one.
 */
export function caaRecordOf({ critical, ...rest }: { readonly critical: unknown }): CaaRecord {
  const [tag = '', value = ''] = Object.entries(rest).find(([name]) => name !== 'type') ?? [];
  return { flags: typeof critical === 'number' ? critical : 0x80, tag: tag.toLowerCase(), value: String(value) };
}
