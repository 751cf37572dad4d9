/** What a generated chain is made of, before it is encoded: plain data that mutations change. */
import type { ExtensionValues } from '../../src/pki/certificate/build-extensions.ts';
import type { SubjectField } from '../../src/pki/name/build-name.ts';
import { testTime } from '../support/verified.ts';
import type { Random } from './random.ts';

export type KeyName = number | 'rsa-1024' | 'prime192v1' | 'secp256k1';

export interface CertificateSpec {
  subject: readonly SubjectField[];
  issuer: readonly SubjectField[];
  /** Which key of the pool it certifies, and which one signs it. */
  key: KeyName;
  signer: KeyName;
  notBefore: number;
  notAfter: number;
  extensions: { -readonly [K in keyof ExtensionValues]: ExtensionValues[K] | undefined };
  /** Which key the authority key identifier names, when it is written. */
  authorityKey: KeyName | undefined;
  subjectKeyIdentifier: boolean;
  digest: 'sha256' | 'sha1';
  version1: boolean;
  /** Changes one octet of the signature after signing. */
  brokenSignature: boolean;
}

export interface CrlSpec {
  issuer: readonly SubjectField[];
  signer: KeyName;
  thisUpdate: number;
  nextUpdate: number;
  number: number;
  revoked: readonly CertificateSpec[];
}

export interface ChainSpec {
  readonly leaf: CertificateSpec;
  /** What is presented beside the leaf, in this order. */
  bag: CertificateSpec[];
  trusted: CertificateSpec[];
  purpose: 'none' | 'client' | 'server';
  host: string | undefined;
  policies: { initial: readonly string[]; explicit: boolean; inhibitMapping: boolean; inhibitAny: boolean } | undefined;
  /** Undefined: revocation is not checked. */
  crls: CrlSpec[] | undefined;
  /** Names of the mutations made, for the report. */
  readonly mutations: string[];
}

export const day = 86_400_000;
export const hostName = 'host.example.com';

/** A chain of up to three CAs below a root that every verifier accepts. */
export function goodChain(random: Random): ChainSpec {
  const root = caSpec('Root', 0, undefined);
  const depth = random.below(4);
  const bag: CertificateSpec[] = [];
  for (let i = 0; i < depth; i++) bag.push(caSpec(`CA ${i}`, i + 1, bag[i - 1] ?? root));
  const leaf = leafSpec(bag[depth - 1] ?? root);
  return {
    leaf,
    bag,
    trusted: [root],
    purpose: random.of(['none', 'client', 'server'] as const),
    host: random.chance(0.5) ? hostName : undefined,
    policies: undefined,
    crls: undefined,
    mutations: [],
  };
}

/** A CA certificate; without an issuer it is a root. */
export function caSpec(name: string, key: KeyName, issuer: CertificateSpec | undefined): CertificateSpec {
  const subject: readonly SubjectField[] = [
    { type: 'O', value: 'Differential' },
    { type: 'CN', value: name },
  ];
  return {
    ...common(subject, key, issuer),
    extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
  };
}

function leafSpec(issuer: CertificateSpec): CertificateSpec {
  return {
    ...common([{ type: 'CN', value: hostName }], 9, issuer),
    extensions: {
      basicConstraints: { ca: false },
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['serverAuth', 'clientAuth'],
      subjectAltName: [{ kind: 'dns', value: hostName }],
    },
  };
}

function common(subject: readonly SubjectField[], key: KeyName, issuer: CertificateSpec | undefined) {
  return {
    subject,
    issuer: issuer?.subject ?? subject,
    key,
    signer: issuer?.key ?? key,
    notBefore: testTime - 100 * day,
    notAfter: testTime + 100 * day,
    authorityKey: issuer?.key,
    subjectKeyIdentifier: true,
    digest: 'sha256' as const,
    version1: false,
    brokenSignature: false,
  };
}
