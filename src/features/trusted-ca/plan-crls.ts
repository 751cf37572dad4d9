/** CRLs that come inside a bundle: kept when their signature is good or nobody can tell yet, newest per issuer (RFC 5280 5). */
import { toHex } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import { type Certificate, fingerprint } from '../../pki/certificate/certificate.ts';
import type { Crl } from '../../pki/crl/crl.ts';
import { canonicalName, toRfc4514 } from '../../pki/name/distinguished-name.ts';
import { crlSignature, type ListState } from './state.ts';
import type { AppendMember, CaWarning } from './trusted-ca.ts';

export interface CrlPlan {
  readonly crl: Crl;
  readonly member: AppendMember;
  /** Which CRLs supersede each other: issuer, its key, scope. */
  readonly series: string;
  /** Ids of the kept CRLs it supersedes. */
  readonly supersedes: readonly string[];
}

/** The fate of each CRL of a file, in order; a later one of the file can supersede an earlier one. */
export function planCrls(crls: readonly Crl[], state: ListState, issuers: readonly Certificate[]): readonly CrlPlan[] {
  const kept = state.crls.map(({ row, crl }) => ({ id: row.id, series: row.issuer_key, crl, planned: -1 }));
  const plans: CrlPlan[] = [];
  for (const crl of crls) {
    const id = toHex(fingerprint(crl.der));
    const series = seriesOf(crl);
    const rivals = kept.filter((one) => one.series === series);
    const signature = crlSignature(crl, issuers);
    const member = crlMember(crl, id);
    if (signature === 'wrong') {
      plans.push({ crl, series, supersedes: [], member: { ...member, verdict: 'refused', refusal: wrongSignature } });
    } else if (rivals.some((one) => one.id === id)) {
      plans.push({ crl, series, supersedes: [], member: { ...member, verdict: 'duplicate' } });
    } else if (rivals.some((one) => !isNewer(crl, one.crl))) {
      plans.push({ crl, series, supersedes: [], member: { ...member, verdict: 'older' } });
    } else {
      // An earlier CRL of the same file never reaches the list.
      for (const { planned } of rivals) if (planned >= 0) plans[planned] = demoted(plans[planned]);
      const warnings = signature === 'no-issuer' ? [unverified] : [];
      const supersedes = rivals.filter((one) => one.planned < 0).map((one) => one.id);
      const before = rivals.flatMap((one) => (one.planned < 0 ? [] : [...(plans[one.planned]?.supersedes ?? [])]));
      plans.push({ crl, series, supersedes: [...supersedes, ...before], member: { ...member, warnings } });
      for (const rival of rivals) kept.splice(kept.indexOf(rival), 1);
      kept.push({ id, series, crl, planned: plans.length - 1 });
    }
  }
  return plans;
}

/** Shown on a CRL whose issuer is not on the list. */
export const unverified: CaWarning = {
  code: 'trusted-ca.crl-unverified',
  message: 'The CA that issued this CRL is not on the list, so its signature cannot be verified and it is not used.',
  hint: 'Append the certificate of the CA.',
};

/** The CRL number as decimal text, undefined when it has none. */
export function crlNumberText(crl: Crl): string | undefined {
  const number = numberOf(crl);
  return number === undefined ? undefined : String(number);
}

const wrongSignature = {
  code: 'trusted-ca.crl-signature' as const,
  message: 'The CRL bears the name of a CA on the list, but that CA’s key did not sign it.',
  hint: 'Fetch the CRL again from the CA. A CRL that somebody else signed is never used.',
};

function demoted(plan: CrlPlan | undefined): CrlPlan {
  if (plan === undefined) throw new Error('a CRL was planned that is not there');
  return { ...plan, member: { ...plan.member, verdict: 'older', warnings: [] } };
}

function crlMember(crl: Crl, id: string): AppendMember {
  return {
    position: 0,
    kind: 'crl',
    verdict: 'added',
    fingerprint: id,
    subject: '',
    issuer: printable(toRfc4514(crl.issuer)),
    notAfter: crl.nextUpdate,
    refusal: undefined,
    warnings: [],
    older: [],
  };
}

/** CRLs of one series replace each other: same issuer, same key, same scope (RFC 5280 5.2.3, 5.2.4, 5.2.5). */
function seriesOf(crl: Crl): string {
  const keyId = crl.authorityKeyIdentifier?.keyId;
  const scope = crl.extensions.find((extension) => extension.oid === '2.5.29.28')?.value;
  return [
    canonicalName(crl.issuer),
    keyId === undefined ? '' : toHex(keyId),
    scope === undefined ? '' : toHex(fingerprint(scope)),
    crl.baseCrlNumber === undefined ? '' : 'delta',
  ].join('|');
}

/** RFC 5280 5.2.3: the greater CRL number is the newer; without numbers thisUpdate decides. */
function isNewer(crl: Crl, than: Crl): boolean {
  const [mine, other] = [numberOf(crl), numberOf(than)];
  if (mine !== undefined && other !== undefined && mine !== other) return mine > other;
  return crl.thisUpdate > than.thisUpdate;
}

function numberOf(crl: Crl): bigint | undefined {
  return crl.crlNumber === undefined ? undefined : BigInt(`0x${toHex(crl.crlNumber) || '0'}`);
}
