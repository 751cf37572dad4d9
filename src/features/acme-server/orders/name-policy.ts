/** Which names may be ordered: the operator's list of domains and address ranges, and the narrower one of a key. */
import { ipBytes, ipRangeBytes, isInRange } from '../../../pki/name/ip-bytes.ts';
import { normalHost } from '../../../pki/name/reference-name.ts';
import type { CertifiedName, IssuingTemplate } from '../issuing-ca.ts';
import type { AcmeProblem } from '../protocol/acme-error.ts';

export interface NamePolicy {
  /** Domains, address ranges, `*`. */
  readonly names: readonly string[];
  /** The list of the key the account was registered with; empty: no further limit. */
  readonly ofKey: readonly string[];
  readonly wildcards: boolean;
  readonly template: IssuingTemplate;
}

/** One problem for each name that may not be ordered (RFC 8555 6.7.1). */
export function refusedNames(names: readonly CertifiedName[], policy: NamePolicy): readonly AcmeProblem[] {
  return names.flatMap((identifier): AcmeProblem[] => {
    const found = faultOf(identifier, policy);
    if (found === undefined) return [];
    const [reason, detail] = found;
    return [{ type: 'rejectedIdentifier', reason, detail: `${identifier.value}: ${detail}`, identifier }];
  });
}

/** Whether an entry of a list is one: `example.com`, `10.0.0.0/8`, `*`. Lower case. */
export function isNameEntry(entry: string): boolean {
  return entry === '*' || ipRangeBytes(entry) !== undefined || normalHost(entry) === entry;
}

/** Whether the list lets the name in. */
export function coveredBy({ type, value }: CertifiedName, entries: readonly string[]): boolean {
  const host = value.startsWith('*.') ? value.slice(2) : value;
  return entries.some((entry) => {
    if (entry === '*') return true;
    if (type === 'ip') return isInRange(ipBytes(value), ipRangeBytes(entry));
    // `.` in front, so that notexample.com is not below example.com
    return host === entry || host.endsWith(`.${entry}`);
  });
}

function faultOf(name: CertifiedName, { names, ofKey, wildcards, template }: NamePolicy): [string, string] | undefined {
  if (name.type === 'ip' && !template.ipAddresses)
    return ['profile-addresses', `the profile ${template.name} certifies no IP addresses.`];
  if (name.value.startsWith('*.')) {
    if (!wildcards) return ['wildcards-off', 'wildcards are not certified here. Order each host name.'];
    if (!template.wildcards) return ['profile-wildcards', `the profile ${template.name} certifies no wildcards.`];
  }
  if (!coveredBy(name, names))
    return ['name-not-allowed', 'this name may not be ordered here. The operator of the CA lists what may.'];
  if (ofKey.length > 0 && !coveredBy(name, ofKey))
    return ['name-not-allowed-for-key', 'the key this account was registered with is not for this name.'];
  return undefined;
}
