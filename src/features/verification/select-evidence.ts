/** Which of the revocation data at hand a purpose may use: the sources of its row, decided for each issuing CA. */

import type { LoadedCrl } from '../../pki/crl/loaded-crl.ts';
import { canonicalName } from '../../pki/name/equal-names.ts';
import type { OcspAnswer } from '../../pki/ocsp/ocsp-status.ts';
import type { CrlSource, SourceRow } from '../revocation/revocation.ts';

/** How a piece came here. `given`: handed over for this one verification, always allowed. */
export type EvidenceOrigin = CrlSource | 'given';

export interface EvidenceCrl {
  readonly crl: LoadedCrl;
  readonly origin: EvidenceOrigin;
}

export interface EvidenceAnswer {
  readonly answer: OcspAnswer;
  /** A stapled answer came from the peer itself and needs no permission but OCSP's. */
  readonly origin: 'ocsp' | 'stapled' | 'given';
}

export interface Evidence {
  readonly crls?: readonly EvidenceCrl[];
  readonly ocsp?: readonly EvidenceAnswer[];
}

/** The switches of the settings; all on unless told. */
export interface EvidenceSwitches {
  readonly crl?: boolean;
  readonly ocsp?: boolean;
  readonly cdp?: boolean;
}

/** The CRLs that the row of the purpose and the switches leave. */
export function selectCrls(
  crls: readonly EvidenceCrl[],
  sources: SourceRow,
  switches: EvidenceSwitches,
  time: number,
): readonly LoadedCrl[] {
  const overriding =
    sources.manual === 'unless-automatic'
      ? usableIssuers(
          crls.filter(({ origin }) => origin === 'automatic'),
          time,
        )
      : none;
  const allowed = ({ origin, crl }: EvidenceCrl): boolean => {
    if (origin === 'given') return true;
    if (switches.crl === false) return false;
    if (origin === 'cdp') return sources.cdp === 'switch' && switches.cdp !== false;
    if (origin === 'manual' && sources.manual === 'unless-automatic')
      return !overriding.has(canonicalName(crl.crl.issuer));
    return sources[origin] !== 'no';
  };
  return crls.filter(allowed).map(({ crl }) => crl);
}

export function selectAnswers(
  answers: readonly EvidenceAnswer[],
  sources: SourceRow,
  switches: EvidenceSwitches,
): readonly OcspAnswer[] {
  const allowed = sources.ocsp === 'switch' && switches.ocsp !== false;
  return answers.filter(({ origin }) => origin === 'given' || allowed).map(({ answer }) => answer);
}

const none: ReadonlySet<string> = new Set();

function usableIssuers(crls: readonly EvidenceCrl[], time: number): ReadonlySet<string> {
  const usable = crls.filter(({ crl: { crl } }) => crl.nextUpdate !== undefined && crl.nextUpdate >= time);
  return new Set(usable.map(({ crl }) => canonicalName(crl.crl.issuer)));
}
