/**
 * TLS contexts out of a snapshot. Everything is built, and so checked by OpenSSL, before anything is swapped. TLS 1.2
 * and 1.3, AEAD with ephemeral key exchange only, no SHA-1 signatures in the handshake; the groups are OpenSSL's own,
 * X25519MLKEM768 included.
 */
import { constants, createHash, createPrivateKey } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { EdgeIdentity, EdgeSettings, EdgeSnapshot } from './snapshot.ts';
import { type Staples, staplesOf } from './staples.ts';

export interface ListenerContexts {
  /** For `server.setSecureContext`: known to build. */
  readonly options: SecureContextOptions;
  /** By lower-case DNS name. */
  readonly byName: ReadonlyMap<string, SecureContext>;
  readonly staples: Staples;
  /** Contexts by what they were built from: those that did not change are used again. */
  readonly built: ReadonlyMap<string, SecureContext>;
}

/**
 * Builds every identity of the snapshot or throws, naming the one that cannot be served. `tickets: false` is for a
 * listener that asks for client certificates: a resumed session would skip their check.
 */
export function buildContexts(
  snapshot: EdgeSnapshot,
  listener: { readonly tickets: boolean },
  previous?: ListenerContexts,
): ListenerContexts {
  const server = snapshot.identities.filter((identity) => identity.slot === 'server');
  if (server.length !== 1) throw new Error(`${server.length} identities in the slot "server", one is needed`);
  const byName = new Map<string, SecureContext>();
  const built = new Map<string, SecureContext>();
  for (const identity of snapshot.identities) {
    if (identity.slot === 'server' || identity.names.length === 0) continue;
    const key = digest(identity, snapshot.settings, listener.tickets);
    const context = previous?.built.get(key) ?? build(identity, snapshot.settings, listener.tickets).context;
    built.set(key, context);
    for (const name of identity.names) byName.set(name.toLowerCase(), context);
  }
  return {
    options: build(server[0]!, snapshot.settings, listener.tickets).options,
    byName,
    built,
    staples: staplesOf(snapshot.identities),
  };
}

/** What a call of the gateway presents: an identity, or no certificate. Throws when the identity cannot be served. */
export function clientContext(settings: EdgeSettings, identity: EdgeIdentity | undefined): SecureContext {
  if (identity !== undefined) return build(identity, settings, false).context;
  return createSecureContext({
    ciphers,
    sigalgs: signatures,
    minVersion: settings.minimumVersion,
    maxVersion: 'TLSv1.3',
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
}

const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

const signatures = [
  'mldsa65',
  'mldsa87',
  'mldsa44',
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  'ed25519',
  'ed448',
  'rsa_pss_pss_sha256',
  'rsa_pss_pss_sha384',
  'rsa_pss_pss_sha512',
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
].join(':');

function build(
  identity: EdgeIdentity,
  settings: EdgeSettings,
  tickets: boolean,
): { options: SecureContextOptions; context: SecureContext } {
  const options: SecureContextOptions = {
    cert: identity.certificatePem,
    key: keyPem(identity),
    ciphers,
    sigalgs: signatures,
    honorCipherOrder: true,
    minVersion: settings.minimumVersion,
    maxVersion: 'TLSv1.3',
    // one value for every process and swap; sessions never cross contexts, whose ticket keys are their own
    sessionIdContext: 'tollgate',
    ...(tickets ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
  try {
    return { options, context: createSecureContext(options) };
  } catch (error) {
    if (!tooWeak(error)) throw named(identity, error);
  }
  // An operator may load a weak certificate after a warning. Only the certificate is exempted here: suites and
  // signatures of the handshake are spelled out above.
  const weak = { ...options, ciphers: `${ciphers}:@SECLEVEL=0` };
  try {
    return { options: weak, context: createSecureContext(weak) };
  } catch (error) {
    throw named(identity, error);
  }
}

function digest(identity: EdgeIdentity, settings: EdgeSettings, tickets: boolean): string {
  const hash = createHash('sha256').update(`${settings.minimumVersion}\n${tickets}\n${identity.certificatePem}\n`);
  return hash.update(identity.keyPkcs8).digest('base64');
}

function keyPem(identity: EdgeIdentity): string {
  const der = Buffer.from(identity.keyPkcs8, 'base64');
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
      format: 'pem',
      type: 'pkcs8',
    }) as string;
  } catch (error) {
    throw named(identity, error);
  } finally {
    der.fill(0);
  }
}

function tooWeak(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return (
    code === 'ERR_SSL_EE_KEY_TOO_SMALL' || code === 'ERR_SSL_CA_MD_TOO_WEAK' || code === 'ERR_SSL_CA_KEY_TOO_SMALL'
  );
}

function named(identity: EdgeIdentity, error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new Error(`identity ${identity.slot}, certificate ${identity.fingerprint.slice(0, 16)}…: ${text}${code}`);
}
