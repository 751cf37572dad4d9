/** External account binding (RFC 8555 7.3.4): the holder of a key that the operator handed out may register. */
import type { Storage } from '../../../storage/storage.ts';
import { AcmeError, malformed } from '../protocol/acme-error.ts';
import { type AccountKey, readJwk } from '../protocol/jwk.ts';
import { parseJson, readJws, verifyHmac } from '../protocol/jws.ts';
import { countAccountsOfKey, type EabKeyRow, selectEabKey } from './account-store.ts';

/** The key that vouches for the account key. Throws AcmeError; the same words for an unknown and a wrong key. */
export async function verifyBinding(
  storage: Storage,
  binding: unknown,
  { url, key, now }: { readonly url: string; readonly key: AccountKey; readonly now: number },
): Promise<EabKeyRow> {
  const jws = readJws(binding);
  const { alg, kid, nonce } = jws.header;
  if (alg !== 'HS256') throw malformed('binding-algorithm', 'The binding is not made with HS256.');
  if (nonce !== undefined || kid === undefined)
    throw malformed('binding-header', 'The binding has a nonce, or no kid, in its protected header.');
  if (jws.header.url !== url) throw malformed('binding-url', 'The url of the binding is not that of the request.');
  const row = await selectEabKey(storage.db, kid);
  if (row === undefined || !opens(storage, row, (hmac) => verifyHmac(jws, hmac)))
    throw refused('binding-key', 'The key for external account binding is not known, or its secret is another.');
  if (readJwk(parseJson(jws.payload)).thumbprint !== key.thumbprint)
    throw malformed('binding-payload', 'The binding is for another account key than the one that signed.');
  if (row.revoked_at !== null) throw refused('binding-revoked', 'The key for external account binding was revoked.');
  if (row.expires_at !== null && row.expires_at <= now)
    throw refused('binding-expired', 'The key for external account binding has expired. Ask for a new one.');
  if ((await countAccountsOfKey(storage.db, row.id)) >= row.max_accounts)
    throw refused('binding-used-up', `The key may register ${row.max_accounts} accounts, and has. Ask for another.`);
  return row;
}

/** Where the secret of a key is sealed. */
export function sealPlace(id: string): { readonly id: string; readonly version: number } {
  return { id: `acme-server eab ${id}`, version: 1 };
}

function opens({ vault }: Storage, row: EabKeyRow, use: (hmac: Uint8Array) => boolean): boolean {
  const hmac = vault.open(sealPlace(row.id), row.sealed_hmac);
  try {
    return use(hmac);
  } finally {
    hmac.fill(0);
  }
}

function refused(reason: string, detail: string): AcmeError {
  return new AcmeError('unauthorized', reason, detail);
}
