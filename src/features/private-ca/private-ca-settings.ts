/** Settings of the private CA: what stands in the certificates it issues about where to ask. */
import type { Actor } from '../../lib/actor.ts';
import { printable } from '../../lib/printable.ts';
import type { Storage } from '../../storage/storage.ts';
import { changeSettings, type KeptSettings, readSettings } from '../settings/settings.ts';
import { invalidRequest } from './problems.ts';

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

const keptPrivateCaSettings: KeptSettings<PrivateCaSettings> = {
  key: 'private-ca',
  what: 'the settings of the private CA',
  staleCode: 'private-ca.stale',
  action: 'private-ca.settings',
  object: '',
  complete: (kept) => ({ version: 0, publicUrl: '', crlUrl: true, ocspUrl: true, issuerUrl: true, ...kept }),
};

export interface SettingsKeeper {
  get(): Promise<PrivateCaSettings>;
  change(actor: Actor, patch: Partial<PrivateCaSettings>, version: number): Promise<PrivateCaSettings>;
}

/** Read once and kept: this process is the only one that changes them. */
export function createSettingsKeeper(storage: Storage): SettingsKeeper {
  let known: PrivateCaSettings | undefined;
  return {
    async get() {
      const stored = known ?? (await readSettings(storage.db, keptPrivateCaSettings));
      known ??= stored;
      return known;
    },
    async change(actor, patch, version) {
      const given = patch.publicUrl === undefined ? patch : { ...patch, publicUrl: checkedUrl(patch.publicUrl) };
      const change = (before: PrivateCaSettings) => ({ ...before, ...given });
      known = await storage.transaction((trx) =>
        changeSettings(trx, keptPrivateCaSettings, { actor, version, change, detail: given }),
      );
      return known;
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
