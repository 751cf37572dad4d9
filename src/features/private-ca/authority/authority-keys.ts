/**
 * Keys of the authorities. A key under a passphrase is opened for one use. A sealed key is opened by the vault when
 * something is signed and forgotten when nothing was signed for some seconds.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { equalBytes } from '../../../lib/bytes.ts';
import type { Secret } from '../../../lib/secret.ts';
import type { PrivateCaAuthoritiesTable } from '../../../storage/schema.ts';
import type { Vault } from '../../../storage/vault.ts';
import { passphraseNeeded, wrongPassphrase, wrongState } from '../problems.ts';
import { lockKey, unlockKey } from './passphrase-key.ts';

/** A key as its row holds it. */
export interface StoredKey {
  readonly key_kind: PrivateCaAuthoritiesTable['key_kind'];
  readonly key: Uint8Array | null;
}

export type KeyRow = StoredKey & Pick<PrivateCaAuthoritiesTable, 'id' | 'label' | 'public_key_info'>;

export interface AuthorityKeys {
  /** Throws `private-ca.passphrase-needed`, `private-ca.wrong-passphrase` (422), `private-ca.wrong-state` (409). */
  open(row: KeyRow, passphrase: Secret<string> | undefined): Promise<KeyObject>;
  /** The key when it needs no passphrase and was used a moment ago. */
  opened(id: string): KeyObject | undefined;
  seal(id: string, key: KeyObject): StoredKey;
  lock(key: KeyObject, passphrase: Secret<string>): Promise<StoredKey>;
  /** Forgets every opened key. */
  forget(): void;
}

/** How long an opened key is kept after its last use, in milliseconds. */
const kept = 5_000;

export function createAuthorityKeys(vault: Vault): AuthorityKeys {
  const opened = new Map<string, KeyObject>();
  let used = false;
  let timer: NodeJS.Timeout | undefined;
  const watch = (): void => {
    timer ??= setInterval(() => {
      if (used) used = false;
      else forget();
    }, kept).unref();
  };
  const forget = (): void => {
    clearInterval(timer);
    timer = undefined;
    opened.clear();
  };
  const fromVault = (row: KeyRow): KeyObject => {
    const known = opened.get(row.id);
    if (known !== undefined) return known;
    const plain = vault.open(contextOf(row.id), row.key!);
    try {
      const key = createPrivateKey({
        key: Buffer.from(plain.buffer, plain.byteOffset, plain.length),
        format: 'der',
        type: 'pkcs8',
      });
      opened.set(row.id, key);
      return key;
    } finally {
      plain.fill(0);
    }
  };
  return {
    async open(row, passphrase) {
      if (row.key_kind === 'none' || row.key === null) {
        throw wrongState(`The key of ${row.label} is not on this gateway.`, 'Sign where the key is.');
      }
      if (row.key_kind === 'sealed') {
        used = true;
        watch();
        return fromVault(row);
      }
      if (passphrase === undefined) throw passphraseNeeded(row.label);
      const key = await unlockKey(row.key, passphrase);
      if (key === undefined || !belongs(key, row.public_key_info)) throw wrongPassphrase(row.label);
      return key;
    },
    opened(id) {
      const key = opened.get(id);
      if (key !== undefined) used = true;
      return key;
    },
    seal(id, key) {
      const plain = key.export({ type: 'pkcs8', format: 'der' });
      try {
        return { key_kind: 'sealed', key: vault.seal(contextOf(id), plain) };
      } finally {
        plain.fill(0);
      }
    },
    lock: async (key, passphrase) => ({ key_kind: 'passphrase', key: await lockKey(key, passphrase) }),
    forget,
  };
}

function contextOf(id: string): { readonly id: string; readonly version: number } {
  return { id: `private-ca:${id}`, version: 1 };
}

/** One wrong passphrase in 256 decrypts to something; that something is not this key. */
function belongs(key: KeyObject, publicKeyInfo: Uint8Array): boolean {
  return equalBytes(createPublicKey(key).export({ type: 'spki', format: 'der' }), publicKeyInfo);
}
