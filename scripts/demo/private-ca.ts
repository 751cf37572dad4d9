/** A private CA of the demonstration: OpenSSL in a demoCA folder, certificates that say where their status is told. */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import {
  createOpensslCa,
  type OpensslCa,
  type OpensslKey,
  type OpensslSignOptions,
} from '../../test/support/openssl.ts';

export interface LeafWish {
  readonly name: string;
  readonly use?: 'both' | 'server' | 'client';
  /** URL of an OCSP responder. */
  readonly ocsp?: string;
}

export interface Leaf {
  readonly certificate: string;
  readonly key: string;
  /** SHA-256, lower-case hexadecimal, as the register of peers names it. */
  readonly fingerprint: string;
}

export type LeafOptions = OpensslSignOptions & { readonly key?: OpensslKey };

export interface PrivateCa {
  readonly ca: OpensslCa;
  readonly fingerprint: string;
  /** `options` say what else is to be different about it. */
  leaf(wish: LeafWish, options?: LeafOptions): Promise<Leaf>;
  revoke(leaf: Leaf): Promise<void>;
}

export async function createPrivateCa(folder: string, name: string): Promise<PrivateCa> {
  return openPrivateCa(await createOpensslCa(join(folder, name.replaceAll(' ', '-').toLowerCase()), { name }));
}

/** The same over a CA that is there. */
export function openPrivateCa(ca: OpensslCa): PrivateCa {
  return {
    ca,
    fingerprint: fingerprintOf(ca.certificate),
    async leaf({ name: host, use = 'both', ocsp }, options = {}) {
      const uses = { both: 'serverAuth, clientAuth', server: 'serverAuth', client: 'clientAuth' }[use];
      const issued = await ca.issue([host], {
        extensions: [
          'basicConstraints = CA:FALSE',
          'keyUsage = critical, digitalSignature',
          `extendedKeyUsage = ${uses}`,
          `subjectAltName = DNS:${host}`,
          'authorityKeyIdentifier = keyid',
          ...(ocsp === undefined ? [] : [`authorityInfoAccess = OCSP;URI:${ocsp}`]),
        ],
        ...options,
      });
      return { ...issued, fingerprint: fingerprintOf(issued.certificate) };
    },
    revoke: ({ certificate }) => ca.revoke(certificate, 'keyCompromise'),
  };
}

function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}
