/** A small CA for ACME: a root, an intermediate, two templates, an alternate root; keeps what it issued in memory. */
import { randomBytes } from 'node:crypto';
import type { IssuingCa } from '../../src/features/acme-server/acme-server.ts';
import { toHex } from '../../src/lib/bytes.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { Problem } from '../../src/lib/problem.ts';
import { buildCertificate } from '../../src/pki/certificate/build.ts';
import { keyIdentifier } from '../../src/pki/certificate/build-extensions.ts';
import { parseCsr } from '../../src/pki/csr/csr.ts';
import { type MadeCertificate, makeCa } from './made-certificates.ts';

export interface SmallIssuingCa extends IssuingCa {
  templates: IssuingCa['templates'];
  readonly root: MadeCertificate;
  readonly alternateRoot: MadeCertificate;
  /** The intermediate that issues now. */
  intermediate(): MadeCertificate;
  /** A new intermediate; what the old one issued is to be renewed. */
  rotate(): void;
  /** Milliseconds from notBefore to notAfter of what is issued from now on. */
  lifetime: number;
  /** Serial numbers in the order of issue, lower-case hexadecimal. */
  readonly issued: string[];
  /** By serial number: reason and time. */
  readonly revoked: ReadonlyMap<string, { readonly reason: number; readonly at: number }>;
  /** Every issue fails with this until it is undefined again. */
  failure: unknown;
}

const day = 86_400_000;

export function createIssuingCa(clock: Clock, lifetime = 90 * day): SmallIssuingCa {
  const begin = clock.now() - day;
  const years = (count: number) => begin + count * 365 * day;
  const root = makeCa('Test root', { notBefore: begin, notAfter: years(30) });
  const alternateRoot = makeCa('Other test root', { notBefore: begin, notAfter: years(30) });
  const intermediates: { readonly main: MadeCertificate; readonly cross: MadeCertificate; readonly at: number }[] = [];
  const addIntermediate = (): void => {
    const name = `Test intermediate ${intermediates.length + 1}`;
    const times = { notBefore: begin, notAfter: years(25) };
    const main = makeCa(name, { issuer: root, ...times });
    intermediates.push({
      main,
      cross: makeCa(name, { issuer: alternateRoot, key: main.key, ...times }),
      at: clock.now(),
    });
  };
  addIntermediate();
  const revoked = new Map<string, { readonly reason: number; readonly at: number }>();
  const issuedBy = new Map<string, number>();
  const ca: SmallIssuingCa = {
    root,
    alternateRoot,
    intermediate: () => intermediates.at(-1)!.main,
    rotate: addIntermediate,
    lifetime,
    issued: [],
    revoked,
    failure: undefined,
    templates: async () => [
      { name: 'web-server', description: 'Web server', wildcards: true, ipAddresses: true, lifetime: ca.lifetime },
      { name: 'client', description: 'Client', wildcards: false, ipAddresses: false, lifetime: ca.lifetime },
    ],
    async issue(_actor, { csr, names, notAfter, template }) {
      if (ca.failure !== undefined) throw ca.failure;
      const parsed = parseCsr(csr);
      if (!parsed.ok) throw new Problem({ code: 'test.csr', status: 422, title: 'The request cannot be read.' });
      const { main, cross } = intermediates.at(-1)!;
      const serial = randomBytes(16);
      // positive, and the first digit of its text is 0: that stands there too
      serial[0] = (serial[0]! & 0x0f) | 0x08;
      const now = clock.now() - 60_000;
      const der = buildCertificate({
        subject: [],
        issuer: main.certificate.subject,
        publicKeyInfo: parsed.value.publicKeyInfo,
        serial,
        notBefore: now,
        notAfter: Math.min(notAfter ?? Number.POSITIVE_INFINITY, now + ca.lifetime),
        extensions: {
          basicConstraints: { ca: false },
          keyUsage: ['digitalSignature'],
          extendedKeyUsage: template === 'client' ? ['clientAuth'] : ['serverAuth', 'clientAuth'],
          subjectAltName: names.map(({ type, value }) => ({ kind: type, value })),
          subjectKeyIdentifier: keyIdentifier(parsed.value.publicKeyInfo),
          authorityKeyIdentifier: keyIdentifier(main.certificate.publicKeyInfo),
        },
        signingKey: main.key,
        digest: 'sha256',
      });
      ca.issued.push(toHex(serial));
      issuedBy.set(toHex(serial), intermediates.length - 1);
      return { chain: [der, main.der], alternates: [[der, cross.der]] };
    },
    async revoke(_actor, serial, reason) {
      if (revoked.has(serial)) throw new Problem({ code: 'test.revoked', status: 409, title: 'Revoked already.' });
      revoked.set(serial, { reason, at: clock.now() });
    },
    async state(serial) {
      const next = intermediates[(issuedBy.get(serial) ?? intermediates.length) + 1];
      return { revokedAt: revoked.get(serial)?.at, issuerReplacedAt: next?.at };
    },
  };
  return ca;
}
