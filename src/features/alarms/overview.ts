/** The overview: open alarms, what is served, what ends next, what to do next. Works on what other features tell. */
import type { Settings } from '../settings/settings.ts';
import type { TrustedCa } from '../trusted-ca/trusted-ca.ts';
import type { Alarm } from './alarms.ts';
import { nextSteps } from './next-steps.ts';

/** One identity slot as far as the overview needs it. Times in milliseconds since 1970. */
export interface ServedIdentity {
  /** `server`, `client` or `domain:<name>`. */
  readonly slot: string;
  readonly label: string;
  /** Which certificate is presented: the slot's own, the server's, the former one, or none. */
  readonly served: 'own' | 'server' | 'previous' | 'none';
  readonly commonName: string | undefined;
  readonly issuer: string | undefined;
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
  /** From when the gateway warns about the end. */
  readonly alertFrom: number | undefined;
  readonly temporary: boolean;
  readonly chainComplete: boolean;
  readonly missingIssuer: string | undefined;
  readonly missingNames: readonly string[];
  readonly pendingCsr: boolean;
}

export interface OverviewSources {
  readonly settings: () => Promise<Settings>;
  readonly identities: () => Promise<readonly ServedIdentity[]>;
  readonly trustedCas: () => Promise<readonly TrustedCa[]>;
}

/** One bar of the time line. */
export interface TimelineEntry {
  readonly kind: 'identity' | 'trusted-ca' | 'crl';
  /** Slot or fingerprint. */
  readonly object: string;
  readonly label: string;
  readonly from: number;
  readonly until: number;
  readonly alertFrom: number;
  readonly state: 'good' | 'ends-soon' | 'ended';
}

/** One thing to do, the most pressing first. */
export interface NextStep {
  readonly code: string;
  /** What to do, in a few words. */
  readonly title: string;
  /** Why. */
  readonly detail: string;
  /** Where on the web page. */
  readonly page:
    | 'settings'
    | 'server-certificate'
    | 'client-certificate'
    | 'domain-certificates'
    | 'trusted-ca'
    | 'overview';
  /** Slot or fingerprint it is about; empty when about none. */
  readonly object: string;
  /** The same on the command line. */
  readonly command: string;
}

export interface Overview {
  readonly at: number;
  readonly name: string;
  readonly role: Settings['role'];
  readonly state: 'good' | 'warning' | 'alert' | 'critical';
  readonly alarms: readonly Alarm[];
  readonly steps: readonly NextStep[];
  readonly served: readonly ServedIdentity[];
  /** What ends next first. */
  readonly timeline: readonly TimelineEntry[];
  readonly counts: {
    readonly critical: number;
    readonly alert: number;
    readonly warning: number;
    readonly acknowledged: number;
    readonly identities: number;
    readonly pendingCsrs: number;
    readonly trustedCas: number;
    readonly crls: number;
  };
}

/** Puts the overview together at the time `now`; `alarms` are the open ones in their order. */
export async function buildOverview(
  sources: OverviewSources,
  alarms: readonly Alarm[],
  now: number,
): Promise<Overview> {
  const [settings, served, cas] = await Promise.all([sources.settings(), sources.identities(), sources.trustedCas()]);
  const count = (severity: Alarm['severity']): number => alarms.filter((alarm) => alarm.severity === severity).length;
  const worst = (['critical', 'alert', 'warning'] as const).find((severity) => count(severity) > 0);
  return {
    at: now,
    name: settings.fqdn,
    role: settings.role,
    state: worst ?? 'good',
    alarms,
    steps: nextSteps(settings, served, cas, now),
    served,
    timeline: timeline(served, cas, now),
    counts: {
      critical: count('critical'),
      alert: count('alert'),
      warning: count('warning'),
      acknowledged: alarms.filter((alarm) => alarm.acknowledgedAt !== undefined).length,
      identities: served.filter((identity) => identity.served === 'own').length,
      pendingCsrs: served.filter((identity) => identity.pendingCsr).length,
      trustedCas: cas.filter((row) => row.type === 'certificate').length,
      crls: cas.filter((row) => row.type === 'crl').length,
    },
  };
}

const mostBars = 12;
const year = 365 * 24 * 3_600_000;
const caNotice = 21 * 24 * 3_600_000;

/** Every identity, every CA that one of them needs, then the CAs and CRLs that end within a year, a dozen bars in all. */
function timeline(served: readonly ServedIdentity[], cas: readonly TrustedCa[], now: number): readonly TimelineEntry[] {
  const identities = served.flatMap((one) => identityBar(one, now));
  const bars = cas.flatMap((row) => caBar(row, now)).sort((a, b) => a.until - b.until);
  const needed = new Set(cas.filter((row) => row.usedBy.length > 0).map((row) => row.fingerprint));
  const chosen = [
    ...identities,
    ...bars.filter((bar) => needed.has(bar.object)),
    ...bars.filter((bar) => !needed.has(bar.object) && bar.until - now < year),
  ];
  return chosen.slice(0, Math.max(mostBars, identities.length)).sort((a, b) => a.until - b.until);
}

function identityBar(one: ServedIdentity, now: number): TimelineEntry[] {
  if (one.notBefore === undefined || one.notAfter === undefined || one.served === 'server') return [];
  const span = { from: one.notBefore, until: one.notAfter, alertFrom: one.alertFrom ?? one.notAfter };
  return [{ kind: 'identity', object: one.slot, label: one.label, ...span, state: stateOf(span, now) }];
}

function caBar(row: TrustedCa, now: number): TimelineEntry[] {
  if (row.notAfter === undefined) return [];
  const span = { from: row.notBefore, until: row.notAfter, alertFrom: row.notAfter - caNotice };
  const kind = row.type === 'crl' ? 'crl' : 'trusted-ca';
  return [{ kind, object: row.fingerprint, label: row.label, ...span, state: stateOf(span, now) }];
}

function stateOf({ until, alertFrom }: { until: number; alertFrom: number }, now: number): TimelineEntry['state'] {
  if (now > until) return 'ended';
  return now >= alertFrom ? 'ends-soon' : 'good';
}
