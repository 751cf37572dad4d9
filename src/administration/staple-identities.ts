/** Keeps an OCSP answer for each certificate that the edges present and whose CA still offers OCSP (RFC 6066 8). */
import type { EdgeStaple } from '../edge/snapshot.ts';
import type { Identity } from '../features/identity/identity.ts';
import type { RevocationFeature } from '../features/revocation/revocation.ts';
import { toBase64 } from '../lib/bytes.ts';
import type { Events } from '../lib/events.ts';
import { type Certificate, parseCertificate } from '../pki/certificate/certificate.ts';
import { verifySignedBy } from '../pki/certificate/verify-signature.ts';
import { equalNames } from '../pki/name/equal-names.ts';
import { decodePem } from '../pki/pem.ts';

export interface StaplerDeps {
  readonly identity: () => Pick<Identity, 'forEdge'>;
  readonly revocation: Pick<RevocationFeature, 'staple'>;
  readonly trusted: () => Promise<readonly Certificate[]>;
  readonly events: Events;
  /** What is stapled has changed. */
  readonly publish: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface Stapler {
  /** For a certificate by its SHA-256 in lower-case hexadecimal. */
  of(fingerprint: string): EdgeStaple | undefined;
  /** Begins to ask; every minute it is seen whether an answer has to be renewed. */
  start(): void;
}

const everyMs = 60_000;

export function createStapler({ identity, revocation, trusted, events, publish, onError }: StaplerDeps): Stapler {
  let staples = new Map<string, EdgeStaple>();
  let running: Promise<void> = Promise.resolve();

  const refresh = async (): Promise<void> => {
    const next = new Map<string, EdgeStaple>();
    for (const { fingerprint, certificatePem } of await identity().forEdge()) {
      const [leaf, ...chain] = certificatesIn(certificatePem);
      // the chain that is served may leave out its root
      const issuer = [...chain, ...(await trusted())].find((one) => leaf !== undefined && isIssuer(one, leaf));
      if (leaf === undefined || issuer === undefined) continue;
      const staple = await revocation.staple(leaf, issuer);
      if (staple !== undefined) next.set(fingerprint, { ocsp: toBase64(staple.der), until: staple.until });
    }
    const changed = next.size !== staples.size || [...next].some(([key, { ocsp }]) => staples.get(key)?.ocsp !== ocsp);
    staples = next;
    if (changed) await publish();
  };
  const soon = () => {
    running = running.then(refresh).catch(onError);
  };

  return {
    of: (fingerprint) => staples.get(fingerprint),
    start() {
      soon();
      setInterval(soon, everyMs).unref();
      events.on('changed', ({ feature }) => {
        if (feature === 'identity') soon();
      });
      events.on('statusChanged', soon);
    },
  };
}

function certificatesIn(text: string): readonly Certificate[] {
  const pem = decodePem(text);
  return (pem.ok ? pem.value : []).flatMap(({ der }) => {
    const parsed = parseCertificate(der);
    return parsed.ok ? [parsed.value] : [];
  });
}

function isIssuer(issuer: Certificate, certificate: Certificate): boolean {
  return equalNames(issuer.subject, certificate.issuer) && verifySignedBy(certificate, issuer.publicKey);
}
