/** Settings of the private CA: what stands in the certificates it issues about where to ask. */
import type { Actor } from '../../lib/actor.ts';
import { printable } from '../../lib/printable.ts';
import { readKept, writeKept } from '../../storage/kept-settings.ts';
import type { Storage } from '../../storage/storage.ts';
import { recordAudit } from '../audit/audit.ts';
import { invalidRequest, staleChange } from './problems.ts';

export interface PrivateCaSettings {
  /** Grows by one with every change. */
  readonly version: number;
  /** `http://pki.example.com` or with a port, without a slash at the end; empty: the gateway's own name and port. */
  readonly publicUrl: string;
  /** Which addresses stand in certificates that are issued. */
  readonly crlUrl: boolean;
  readonly ocspUrl: boolean;
  readonly issuerUrl: boolean;
}

const key = 'private-ca';
const defaults: PrivateCaSettings = { version: 0, publicUrl: '', crlUrl: true, ocspUrl: true, issuerUrl: true };

export interface SettingsKeeper {
  get(): Promise<PrivateCaSettings>;
  change(actor: Actor, patch: Partial<PrivateCaSettings>, version: number): Promise<PrivateCaSettings>;
}

/** Read once and kept: this process is the only one that changes them. */
export function createSettingsKeeper(storage: Storage): SettingsKeeper {
  let known: PrivateCaSettings | undefined;
  const get = async (): Promise<PrivateCaSettings> => {
    const stored = known === undefined ? await readKept(storage.db, key) : undefined;
    known ??= { ...defaults, ...(stored?.value as object | undefined), version: stored?.version ?? 0 };
    return known;
  };
  return {
    get,
    async change(actor, { version: _, ...patch }, version) {
      const publicUrl = patch.publicUrl === undefined ? undefined : checkedUrl(patch.publicUrl);
      const before = await get();
      const { version: current, ...value } = { ...before, ...patch, ...(publicUrl === undefined ? {} : { publicUrl }) };
      if (current !== version) throw staleChange('the settings of the private CA', version, current);
      await storage.transaction(async (trx) => {
        await writeKept(trx, key, value, version + 1);
        await recordAudit(trx, actor, { action: 'private-ca.settings', object: '', detail: value });
      });
      known = undefined;
      return get();
    },
  };
}

/** Plain HTTP: whoever asks for a CRL may have no way yet to trust a TLS certificate (RFC 5280 4.2.1.13, 8). */
function checkedUrl(text: string): string {
  const bare = text.trim().replace(/\/+$/, '');
  const parsed = URL.canParse(bare) ? new URL(bare) : undefined;
  const plain = parsed?.protocol === 'http:' && parsed.username === '' && parsed.search === '' && parsed.hash === '';
  if (bare === '' || (plain && /^[\u0021-\u007e]+$/.test(bare))) return bare;
  const detail = `${printable(text)} is no address such as http://pki.example.com.`;
  const hint = 'It begins with http:// — those who fetch a CRL cannot be asked to verify a certificate first.';
  throw invalidRequest([{ field: 'publicUrl', detail, hint }]);
}
