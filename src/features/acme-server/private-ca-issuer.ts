/** The private CA as the CA of the ACME server: its templates as profiles, its record as the state of certificates. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { parseCsr } from '../../pki/csr/csr.ts';
import type { IssuedCertificate, PrivateCa, RevocationReason } from '../private-ca/private-ca.ts';
import { revocationReasons } from '../private-ca/private-ca.ts';
import type { IssuedChain, IssuingCa, IssuingRequest } from './issuing-ca.ts';

const day = 24 * 3_600_000;

type Ca = Pick<
  PrivateCa,
  'templates' | 'issue' | 'issued' | 'certificate' | 'revoke' | 'defaultAuthority' | 'authority'
>;

export function privateCaIssuer(ca: Ca, clock: Pick<Clock, 'now'>): IssuingCa {
  return {
    async templates() {
      const issuer = await ca.defaultAuthority();
      // a key under a passphrase signs for nobody who is not there
      if (issuer?.key !== 'sealed') return [];
      // no certificate ends after its issuer
      const left = issuer.notAfter - clock.now();
      return (await ca.templates()).map(({ name, title, description, wildcards, sanKinds, days }) => ({
        name,
        description: description === '' ? title : description,
        wildcards,
        ipAddresses: sanKinds.includes('ip'),
        lifetime: Math.min(days * day, left),
      }));
    },
    async issue(actor, request) {
      const before = request.askedSince === undefined ? undefined : await issuedBefore(ca, request);
      if (before !== undefined) return before;
      const { csr, template, names, notAfter } = request;
      const issued = await ca.issue(actor, {
        csr,
        template,
        notAfter,
        strict: true,
        source: 'acme',
        names: names.map(({ type, value }) => ({ kind: type, value })),
        // nothing of the subject was proved but the names
        subject: commonNameOf(names),
      });
      return { chain: [issued.certificate, ...issued.chain] };
    },
    async revoke(actor, serial, reason) {
      await ca.revoke(actor, { serial }, wordOf(reason));
    },
    async state(serial) {
      const { revokedAt, state, authority } = await ca.certificate({ serial });
      const issuer = await ca.authority(authority);
      const next = issuer.replacedBy === null ? undefined : await ca.authority(issuer.replacedBy);
      const revoked = state === 'revoked' || state === 'on-hold';
      return { revokedAt: revoked ? (revokedAt ?? clock.now()) : undefined, issuerReplacedAt: next?.createdAt };
    },
  };
}

/** RFC 5280 4.1.2.6: at most 64 characters; the alternative names hold all of them anyway. */
function commonNameOf(names: IssuingRequest['names']): readonly { readonly type: 'CN'; readonly value: string }[] {
  const first = names.find(({ type, value }) => type === 'dns' && value.length <= 64);
  return first === undefined ? [] : [{ type: 'CN', value: first.value }];
}

function wordOf(reason: number): RevocationReason {
  const words = Object.keys(revocationReasons) as RevocationReason[];
  return words.find((word) => revocationReasons[word] === reason) ?? 'unspecified';
}

/** The certificate that was issued for the key just before a stop; the request's key is in no other. */
async function issuedBefore(ca: Ca, { csr, names, askedSince = 0 }: IssuingRequest): Promise<IssuedChain | undefined> {
  const parsed = parseCsr(csr);
  if (!parsed.ok) return undefined;
  const keyId = createHash('sha256').update(parsed.value.publicKeyInfo).digest('hex');
  const { certificates } = await ca.issued({ text: names[0]?.value, limit: 50 });
  for (const { serial, authority, issuedAt, source } of certificates) {
    if (source !== 'acme' || issuedAt < askedSince) continue;
    const one: IssuedCertificate = await ca.certificate({ serial, authority });
    if (one.keyId === keyId && one.der !== undefined) return { chain: [one.der, ...one.chain] };
  }
  return undefined;
}
