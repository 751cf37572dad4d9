/** An account at a CA (RFC 8555 7.1.2). */
import { type JsonObject, member, optionalText, texts, word } from './json-value.ts';

export interface Account {
  /** Names the account in every later request (`kid`). */
  readonly url: string;
  readonly status: 'valid' | 'deactivated' | 'revoked';
  readonly contact: readonly string[];
  readonly orders?: string;
}

/** What a new account is asked for with. */
export interface NewAccount {
  /** E-mail addresses, without `mailto:`. */
  readonly email: readonly string[];
  readonly termsAgreed: boolean;
  readonly binding?: ExternalBinding;
}

/** What the CA gave for an account that it knows already (RFC 8555 7.3.4). */
export interface ExternalBinding {
  readonly keyId: string;
  /** The HMAC key itself, decoded. */
  readonly key: Uint8Array;
  /** HS256 unless told. */
  readonly algorithm?: 'HS256' | 'HS384' | 'HS512';
}

export function readAccount(object: JsonObject, url: string): Account {
  const what = 'The account';
  const orders = optionalText(object, 'orders', what);
  return {
    url,
    status: word(object, 'status', ['valid', 'deactivated', 'revoked'], what),
    contact: Array.isArray(member(object, 'contact')) ? texts(object, 'contact', what) : [],
    ...(orders !== undefined && { orders }),
  };
}
