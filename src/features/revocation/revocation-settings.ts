/** What the operator decides about revocation: automatic CRL updates, and for each purpose whether and how it is checked. */
import type { KeptSettings } from '../settings/settings.ts';
import { type RevocationPurpose, revocationPurposes } from './source-table.ts';

/** `leaf`: the peer's own certificate. `chain`: every certificate below the anchor. */
export type RevocationMode = 'off' | 'leaf' | 'chain';

/** What a certificate counts as when its status cannot be established. */
export type RevocationFallback = 'not-revoked' | 'revoked';

/** The switches for OCSP, CRLs and CDPs count only where the table of sources says `switch`. */
export interface PurposeRevocation {
  readonly mode: RevocationMode;
  readonly useOcsp: boolean;
  /** Off: no CRL of any source is looked at. */
  readonly useCrls: boolean;
  readonly allowCdp: boolean;
  readonly fallback: RevocationFallback;
}

export interface RevocationSettings {
  /** Grows by one with every change. */
  readonly version: number;
  readonly automatic: {
    readonly enabled: boolean;
    /** URLs, in the order typed. */
    readonly points: readonly string[];
    /** `HH:MM`, UTC. */
    readonly dailyUpdateTime: string;
  };
  readonly purposes: Readonly<Record<RevocationPurpose, PurposeRevocation>>;
  /**
   * Hosts, addresses and CIDR blocks that may be asked although their addresses are not public; for URLs that stand in
   * certificates. Points typed by the operator need none for private addresses.
   */
  readonly allowedHosts: readonly string[];
  /** Ports beside 80, 443 and 8080. */
  readonly allowedPorts: readonly number[];
  /** Whether an OCSP answer without our nonce is refused. */
  readonly nonceRequired: boolean;
}

/** Everything off; SIP falls back to "not revoked", every other purpose refuses when it has no data. */
export const defaultRevocationSettings: RevocationSettings = {
  version: 0,
  automatic: { enabled: false, points: [], dailyUpdateTime: '02:00' },
  purposes: forEachPurpose((purpose) => ({
    mode: 'off',
    useOcsp: true,
    useCrls: true,
    allowCdp: true,
    fallback: purpose === 'sip-tls' ? 'not-revoked' : 'revoked',
  })),
  allowedHosts: [],
  allowedPorts: [],
  nonceRequired: false,
};

export const keptRevocationSettings: KeptSettings<RevocationSettings> = {
  key: 'revocation',
  what: 'the revocation settings',
  staleCode: 'revocation.stale',
  action: 'revocation.settings',
  object: 'revocation',
  complete: (kept) => ({
    ...defaultRevocationSettings,
    ...kept,
    automatic: { ...defaultRevocationSettings.automatic, ...kept.automatic },
    purposes: forEachPurpose((purpose) => ({
      ...defaultRevocationSettings.purposes[purpose],
      ...kept.purposes?.[purpose],
    })),
  }),
};

/** What an update may name; what it leaves out stays. */
export interface RevocationSettingsPatch {
  readonly automatic?: Partial<RevocationSettings['automatic']>;
  readonly purposes?: Partial<Record<RevocationPurpose, Partial<PurposeRevocation>>>;
  readonly allowedHosts?: readonly string[];
  readonly allowedPorts?: readonly number[];
  readonly nonceRequired?: boolean;
}

export function forEachPurpose<T>(value: (purpose: RevocationPurpose) => T): Record<RevocationPurpose, T> {
  return Object.fromEntries(revocationPurposes.map((one) => [one, value(one)])) as Record<RevocationPurpose, T>;
}
