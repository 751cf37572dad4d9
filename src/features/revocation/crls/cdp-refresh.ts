/**
 * CRLs that were fetched because a certificate names them settle a status until they run out, so that nobody asks for
 * them again. They are fetched anew like those of the operator's distribution points: daily, and before they end.
 */
import { toHex } from '../../../lib/bytes.ts';
import type { Clock } from '../../../lib/clock.ts';
import { type Certificate, fingerprint } from '../../../pki/certificate/certificate.ts';
import type { RevocationSettings } from '../revocation-settings.ts';
import { revocationPurposes, sourceTable } from '../source-table.ts';
import type { CrlRow } from '../store.ts';
import { nextUpdateAt } from '../update-plan.ts';
import type { CdpSource } from './cdp-source.ts';
import type { CrlLibrary } from './crl-library.ts';

export interface CdpRefreshDeps {
  readonly clock: Clock;
  readonly library: Pick<CrlLibrary, 'rows'>;
  readonly cdp: Pick<CdpSource, 'refresh' | 'signers'>;
  readonly settings: () => Promise<RevocationSettings>;
  /** The CAs of the trusted list. */
  readonly issuers: () => Promise<readonly Certificate[]>;
  /** 0 to 1. */
  readonly chance: () => number;
}

const longest = 60_000;

export class CdpRefresh {
  readonly #deps: CdpRefreshDeps;
  /** When each is due, in milliseconds since 1970. */
  readonly #due = new Map<string, number>();
  #running: Promise<void> | undefined;

  constructor(deps: CdpRefreshDeps) {
    this.#deps = deps;
  }

  /** Fetches what is due, one after another; a call meanwhile shares the work. Never throws for what a server does. */
  runDue(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** When nothing is being fetched any more. */
  async settled(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { clock, library, cdp, settings, issuers } = this.#deps;
    const current = await settings();
    const rows = library.rows.filter(({ source }) => source === 'cdp');
    const there = new Set(rows.map(keyOf));
    for (const key of this.#due.keys()) if (!there.has(key)) this.#due.delete(key);
    if (rows.length === 0 || !isWanted(current)) return;
    const keys = new Set((await issuers()).map(({ publicKeyInfo }) => toHex(fingerprint(publicKeyInfo))));
    for (const row of rows) {
      // once it has run out, whoever needs it asks; and a new one of an unknown signer could not be used
      const usable =
        row.next_update > clock.now() && (keys.has(row.signed_by ?? '') || cdp.signers(row.origin).length > 0);
      if (!usable || this.#dueAt(row, current, row.retrieved_at) > clock.now()) continue;
      if (!(await cdp.refresh(row.origin, longest)).ok) continue;
      this.#due.delete(keyOf(row));
      this.#dueAt(row, current, clock.now());
    }
  }

  #dueAt(row: CrlRow, { automatic }: RevocationSettings, since: number): number {
    const known = this.#due.get(keyOf(row));
    if (known !== undefined) return known;
    const due = nextUpdateAt({
      now: since,
      dailyUpdateTime: automatic.dailyUpdateTime,
      failures: 0,
      crls: [{ thisUpdate: row.this_update, nextUpdate: row.next_update }],
      chance: this.#deps.chance(),
    });
    this.#due.set(keyOf(row), due);
    return due;
  }
}

function keyOf({ source_id, sha256 }: CrlRow): string {
  return `${source_id} ${sha256}`;
}

/** Whether any purpose may fetch them. */
function isWanted({ purposes }: RevocationSettings): boolean {
  return revocationPurposes.some((purpose) => {
    const { mode, useCrls, allowCdp } = purposes[purpose];
    return sourceTable[purpose].cdp === 'switch' && mode !== 'off' && useCrls && allowCdp;
  });
}
