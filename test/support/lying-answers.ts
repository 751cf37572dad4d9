/** Fifteen things that a CA may send instead of the certificate that was ordered. */
import { generateKeyPairSync } from 'node:crypto';
import { decodePem } from '../../src/pki/pem.ts';
import type { SmallIssuingCa } from './issuing-ca.ts';
import { type MadeOptions, makeCa, makeLeaf, parsedCertificate } from './made-certificates.ts';

export type Lie = keyof typeof lies;

interface LyingAnswer {
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

type MakeLie = (honest: string, issuer: SmallIssuingCa, now: number) => LyingAnswer;

const hour = 3_600_000;
const day = 24 * hour;

export const lies = {
  html: () => ({
    body: '<!DOCTYPE html><title>Welcome</title><h1>It works!</h1>',
    headers: { 'content-type': 'text/html' },
  }),
  empty: () => ({ body: '' }),
  'not-base64': (honest) => ({ body: honest.replace(/M/, '$') }),
  'cut-off': (honest) => ({ body: honest.slice(0, 400) }),
  der: (honest) => ({ body: ders(honest)[0]! }),
  'other-key': (honest, issuer) => ({ body: again(honest, issuer, {}) + intermediate(issuer) }),
  expired: (honest, issuer, now) => ({
    body:
      again(honest, issuer, { ...sameKey(honest), notBefore: now - 90 * day, notAfter: now - day }) +
      intermediate(issuer),
  }),
  'not-yet': (honest, issuer, now) => ({
    body:
      again(honest, issuer, { ...sameKey(honest), notBefore: now + 30 * day, notAfter: now + 90 * day }) +
      intermediate(issuer),
  }),
  'too-short': (honest, issuer, now) => ({
    body:
      again(honest, issuer, { ...sameKey(honest), notBefore: now - 60_000, notAfter: now + 1_800_000 }) +
      intermediate(issuer),
  }),
  'other-names': (honest, issuer, now) => ({
    body:
      again(honest, issuer, {
        ...sameKey(honest),
        notBefore: now - 60_000,
        notAfter: now + 90 * day,
        extensions: { subjectAltName: [{ kind: 'dns', value: 'other.example' }] },
      }) + intermediate(issuer),
  }),
  'many-certificates': (honest, issuer) => ({ body: honest + intermediate(issuer).repeat(498) }),
  'wrong-order': (honest) => ({ body: (honest.match(pems) ?? []).reverse().join('') }),
  'no-chain': (honest, _issuer, now) => {
    const stranger = makeCa('A stranger', { notBefore: now - day, notAfter: now + 3_650 * day });
    return { body: (honest.match(pems)?.[0] ?? '') + stranger.pem };
  },
  'with-key': (honest) => ({
    body:
      honest +
      generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  }),
  huge: (honest) => ({ body: Buffer.concat([Buffer.from(honest), Buffer.alloc(100 << 20, 'A')]) }),
} as const satisfies Readonly<Record<string, MakeLie>>;

const pems = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g;

function ders(chain: string): readonly Uint8Array[] {
  const read = decodePem(chain);
  return read.ok ? read.value.map(({ der }) => der) : [];
}

function intermediate(issuer: SmallIssuingCa): string {
  return issuer.intermediate().pem;
}

function sameKey(honest: string): MadeOptions {
  return { publicKeyInfo: parsedCertificate(ders(honest)[0]!).publicKeyInfo };
}

/** The honest leaf once more, with what the options change; with a key of its own unless told. */
function again(honest: string, issuer: SmallIssuingCa, options: MadeOptions): string {
  const leaf = parsedCertificate(ders(honest)[0]!);
  const names = (leaf.subjectAltName ?? []).flatMap((name) =>
    name.kind === 'dns' ? [{ kind: 'dns' as const, value: name.value }] : [],
  );
  const { notBefore, notAfter } = leaf;
  return makeLeaf('leaf', issuer.intermediate(), {
    notBefore,
    notAfter,
    ...options,
    extensions: { subjectAltName: names, ...options.extensions },
  }).pem;
}
