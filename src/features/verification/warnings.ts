/** What an accepted chain should still be warned of: weak but allowed, soon to expire, judged by old revocation data. */
import { printable } from '../../lib/printable.ts';
import { isoDate } from '../../lib/time-text.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { checkKey } from '../../pki/key/check.ts';
import { nameOf } from '../../pki/path/rejection.ts';
import { weakAlgorithm } from '../../pki/path/signature-algorithm.ts';
import type { DecisionWarning, RevocationFinding } from './decision.ts';

const day = 86_400_000;

/** `path` is leaf first, the trusted certificate last. */
export function certificateWarnings(path: readonly Certificate[], time: number): readonly DecisionWarning[] {
  return path.flatMap((certificate, i) => {
    const warnings: DecisionWarning[] = [];
    const trusted = i === path.length - 1 && path.length > 1;
    const weakness = trusted ? undefined : weakAlgorithm(certificate.signatureAlgorithm);
    if (weakness !== undefined) warnings.push(weak(certificate, `is signed with ${weakness}`));
    for (const message of keyWarnings(certificate)) warnings.push(weak(certificate, `– ${printable(message)}`));
    if (time >= soonFrom(certificate))
      warnings.push({
        code: 'verification.expires-soon',
        words: `“${nameOf(certificate)}” expires on ${isoDate(certificate.notAfter)}.`,
      });
    return warnings;
  });
}

const known = new WeakMap<Certificate, readonly string[]>();

/** Worked out once for each certificate: looking for close primes costs as much as the rest of a verification. */
function keyWarnings(certificate: Certificate): readonly string[] {
  const kept = known.get(certificate) ?? checkKey(certificate.publicKey, 'peer').warnings.map(({ message }) => message);
  known.set(certificate, kept);
  return kept;
}

/** A CRL is older than usual after three quarters of the time it is made for. */
export function evidenceWarnings(found: readonly RevocationFinding[], time: number): readonly DecisionWarning[] {
  return found.flatMap(({ subject, status, words, evidence }) => [
    ...(status === 'unknown'
      ? [
          {
            code: 'verification.status-unknown' as const,
            words: `Whether “${subject}” is revoked could not be established, and is not demanded. ${words}`,
          },
        ]
      : []),
    ...evidence.flatMap(({ kind, issuer, source, thisUpdate, nextUpdate }) => {
      const from = Date.parse(thisUpdate);
      const until = nextUpdate === undefined ? undefined : Date.parse(nextUpdate);
      if (kind === 'ocsp' || status === 'unknown' || until === undefined || time < from + ((until - from) * 3) / 4)
        return [];
      const what = `The CRL of “${issuer}” (${source})`;
      return [
        {
          code: 'verification.crl-old' as const,
          words: `${what} is older than usual: made on ${thisUpdate}, the next one is due by ${nextUpdate}.`,
        },
      ];
    }),
  ]);
}

function weak(certificate: Certificate, words: string): DecisionWarning {
  return { code: 'verification.weak', words: `“${nameOf(certificate)}” ${words}`.replace(/[^.]$/, '$&.') };
}

/** A tenth of the lifetime before its end, at most three weeks. */
function soonFrom({ notBefore, notAfter }: Certificate): number {
  return notAfter - Math.min((notAfter - notBefore) / 10, 21 * day);
}
