/** Name constraints of authorities made here, from and to what an operator types (RFC 5280 4.2.1.10). */
import { printable } from '../../../lib/printable.ts';
import type { ExtensionValues, NameSubtree } from '../../../pki/certificate/build-extensions.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { ipText } from '../../../pki/name/general-name.ts';
import { ipRangeBytes } from '../../../pki/name/ip-bytes.ts';
import { isFqdn } from '../../settings/settings.ts';
import type { Fault } from '../problems.ts';
import type { NameLimits } from './requests.ts';

/** What is wrong with the limits, field by field. */
export function limitFaults({ dns, ip, email }: NameLimits): readonly Fault[] {
  const faults: Fault[] = [];
  if (dns.length === 0) {
    faults.push({
      field: 'constraints.dns',
      detail: 'An authority with limits needs at least one domain.',
      hint: 'Name your domains, or say that it may issue for any name.',
    });
  }
  for (const [field, names] of [
    ['constraints.dns', dns],
    ['constraints.email', email],
  ] as const) {
    for (const name of names) {
      const check = isFqdn(name);
      if (!check.ok) faults.push({ field, detail: `${printable(name) || 'A domain'} ${check.reason}.` });
    }
  }
  for (const range of ip) {
    if (ipRangeBytes(range) !== undefined) continue;
    faults.push({ field: 'constraints.ip', detail: `${printable(range)} is no address range such as 10.0.0.0/8.` });
  }
  return faults;
}

/**
 * A kind of name that no constraint speaks of is free (RFC 5280 4.2.1.10). So without address ranges no address is
 * allowed at all, and mail addresses are held to the domains where no others are named for them.
 */
export function constraintsOf({ dns, ip, email }: NameLimits): NonNullable<ExtensionValues['nameConstraints']> {
  const trees = (kind: 'dns' | 'ip', values: readonly string[]): NameSubtree[] =>
    values.map((value) => ({ kind, value: value.toLowerCase() }));
  const mail = (email.length === 0 ? dns : email).flatMap((domain): NameSubtree[] => [
    { kind: 'email', value: domain.toLowerCase() },
    { kind: 'email', value: `.${domain.toLowerCase()}` },
  ]);
  return {
    permitted: [...trees('dns', dns), ...trees('ip', ip), ...mail],
    excluded: ip.length === 0 ? trees('ip', ['0.0.0.0/0', '::/0']) : [],
  };
}

/** The limits that a certificate states, those of mail where they are others than the domains; null without any. */
export function limitsIn({ nameConstraints }: Certificate): NameLimits | null {
  if (nameConstraints === undefined) return null;
  const limits = { dns: [] as string[], ip: [] as string[], email: [] as string[] };
  for (const { base } of nameConstraints.permitted) {
    if (base.kind === 'dns') limits.dns.push(base.value);
    else if (base.kind === 'email' && !base.value.startsWith('.')) limits.email.push(base.value);
    else if (base.kind === 'ip') limits.ip.push(rangeText(base.bytes));
  }
  return { ...limits, email: sameDomains(limits.email, limits.dns) ? [] : limits.email };
}

function sameDomains(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((domain) => b.includes(domain));
}

function rangeText(bytes: Uint8Array): string {
  const half = bytes.length / 2;
  const ones = [...bytes.subarray(half)].reduce((sum, octet) => sum + octet.toString(2).replaceAll('0', '').length, 0);
  return `${ipText(bytes.subarray(0, half))}/${ones}`;
}
