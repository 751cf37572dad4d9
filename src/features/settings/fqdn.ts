/**
 * What this gateway accepts as a fully qualified domain name: in settings, in requests and in uploaded certificates.
 * RFC 1123 2.1 and RFC 5890 (A-labels), made stricter: two labels at least, no underscore, no trailing dot, and a last
 * label that starts with a letter, so that no IPv4 address passes.
 */

/** Why a name is no FQDN: one word for programs. */
export type FqdnFault =
  | 'empty'
  | 'ip-address'
  | 'wildcard'
  | 'trailing-dot'
  | 'empty-label'
  | 'underscore'
  | 'character'
  | 'hyphen'
  | 'label-length'
  | 'length'
  | 'host-name'
  | 'last-label';

export type FqdnCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly fault: FqdnFault; readonly reason: string };

/** Whether `name` is an FQDN; if not, the first reason, as the end of the sentence "<name> …". */
export function isFqdn(name: string): FqdnCheck {
  if (name === '') return refuse('empty', 'is empty');
  if (name.startsWith('*') || name.includes('.*'))
    return refuse('wildcard', 'is a wildcard, and wildcards are refused');
  if (looksLikeAddress(name)) return refuse('ip-address', 'is an IP address, not a name');
  if (name.endsWith('.')) return refuse('trailing-dot', 'ends with a dot; write it without');
  if (name.length > 253) return refuse('length', `has ${name.length} characters; 253 is the most a name may have`);
  const labels = name.split('.');
  for (const label of labels) {
    const fault = labelFault(label);
    if (fault !== undefined) return fault;
  }
  if (labels.length < 2)
    return refuse('host-name', 'is a host name without a domain; add the domain, as in host.example.com');
  if (!/^[a-z]/i.test(labels.at(-1) ?? ''))
    return refuse('last-label', 'has a last label that does not start with a letter');
  return { ok: true };
}

/** Lower-case, the form in which names are compared and kept. */
export function canonicalFqdn(name: string): string {
  return name.toLowerCase();
}

function labelFault(label: string): FqdnCheck | undefined {
  if (label === '') return refuse('empty-label', 'has two dots in a row or begins with one');
  if (label.includes('_')) return refuse('underscore', 'holds an underscore; letters, digits and hyphens are allowed');
  if (!/^[a-z0-9-]+$/i.test(label)) {
    return refuse(
      'character',
      'holds something other than letters, digits, hyphens and dots (write other scripts as xn--…)',
    );
  }
  if (label.length > 63) return refuse('label-length', `has a label of ${label.length} characters; 63 is the most`);
  if (label.startsWith('-') || label.endsWith('-'))
    return refuse('hyphen', 'has a label that begins or ends with a hyphen');
  return undefined;
}

function looksLikeAddress(name: string): boolean {
  return name.includes(':') ? /^\[?[0-9a-f:.]+(%.*)?\]?$/i.test(name) : /^\d{1,3}(\.\d{1,3}){3}$/.test(name);
}

function refuse(fault: FqdnFault, reason: string): FqdnCheck {
  return { ok: false, fault, reason };
}
