/** Name constraints: RFC 5280 4.2.1.10, applied as in 6.1.3 (b), (c) and 6.1.4 (g). */
import { equalBytes } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import type { Certificate } from '../certificate/certificate.ts';
import type { NameConstraints } from '../certificate/extension/extension-set.ts';
import { canonicalRdns, type DistinguishedName } from '../name/distinguished-name.ts';
import type { GeneralName } from '../name/general-name.ts';
import { isDottedQuad, isHostName } from '../name/host-name.ts';
import type { Budget } from './budget.ts';
import { type Rejection, reject } from './rejection.ts';

type Kind = GeneralName['kind'];

/** id-on-SmtpUTF8Mailbox, RFC 9598 3. */
const smtpUtf8MailboxOid = '1.3.6.1.5.5.7.8.9';

/** A constraint ready to be compared: lower-case text, canonical RDNs, or address and mask. */
type Base =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly text: string }
  | { readonly kind: 'ip'; readonly address: Uint8Array; readonly mask: Uint8Array }
  | { readonly kind: 'directory'; readonly rdns: readonly string[] }
  | { readonly kind: 'unsupported'; readonly of: Kind };

type Name =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly text: string }
  | { readonly kind: 'ip'; readonly address: Uint8Array }
  | { readonly kind: 'directory'; readonly rdns: readonly string[] }
  | { readonly kind: 'unsupported'; readonly of: Kind };

/** One CA's constraints, by kind of name. */
interface Layer {
  readonly permitted: ReadonlyMap<Kind, readonly Base[]>;
  readonly excluded: ReadonlyMap<Kind, readonly Base[]>;
}

/** The constraints gathered on the way down a path. Empty for nearly every path, and then nothing is compared. */
export class ConstraintState {
  readonly #layers: Layer[] = [];

  get empty(): boolean {
    return this.#layers.length === 0;
  }

  /** RFC 5280 6.1.4 (g): what this CA certificate adds. */
  add(constraints: NameConstraints, certificate: Certificate): Rejection | undefined {
    const layer = { permitted: new Map<Kind, Base[]>(), excluded: new Map<Kind, Base[]>() };
    for (const side of ['permitted', 'excluded'] as const) {
      for (const { base, minimum, maximum } of constraints[side]) {
        // RFC 5280 4.2.1.10: minimum MUST be zero, maximum MUST be absent
        const ready = minimum !== 0 || maximum !== undefined ? undefined : prepareBase(base);
        if (ready === undefined)
          return reject(
            'path.name-constraint-malformed',
            `a ${side} name constraint is not well formed: ${describe(base)}`,
            certificate,
          );
        const list = layer[side].get(base.kind) ?? [];
        layer[side].set(base.kind, list);
        list.push(ready);
      }
    }
    this.#layers.push(layer);
    return undefined;
  }

  /** RFC 5280 6.1.3 (b) and (c): whether every name of the certificate lies where it may. */
  check(certificate: Certificate, last: boolean, budget: Budget): Rejection | undefined {
    if (this.empty) return undefined;
    const names = namesOf(certificate, last);
    for (const layer of this.#layers) {
      for (const [general, name] of names) {
        const rejection = checkName(layer, general, name, certificate, budget);
        if (rejection !== undefined) return rejection;
      }
    }
    return undefined;
  }
}

function checkName(
  layer: Layer,
  general: GeneralName,
  name: Name | undefined,
  certificate: Certificate,
  budget: Budget,
): Rejection | undefined {
  const permitted = layer.permitted.get(general.kind);
  const excluded = layer.excluded.get(general.kind);
  if (permitted === undefined && excluded === undefined) return undefined;
  if (name === undefined)
    return reject(
      'path.name-not-permitted',
      `the name ${describe(general)} is not well formed, so it lies in no permitted subtree`,
      certificate,
    );
  if (name.kind === 'unsupported') {
    return reject(
      'path.name-constraint-unsupported',
      `a CA constrains names of the kind ${general.kind}, which cannot be compared`,
      certificate,
    );
  }
  for (const base of excluded ?? []) {
    budget.spendNameComparison();
    if (matches(base, name, 'any'))
      return reject('path.name-excluded', `the name ${describe(general)} is excluded by a CA of the path`, certificate);
  }
  if (permitted === undefined) return undefined;
  for (const base of permitted) {
    budget.spendNameComparison();
    if (matches(base, name, 'all')) return undefined;
  }
  return reject(
    'path.name-not-permitted',
    `the name ${describe(general)} is outside what a CA of the path may certify`,
    certificate,
  );
}

/**
 * Whether a name lies in a subtree. A wildcard stands for a set of names: for `all` the whole set must lie inside, for
 * `any` one member is enough.
 */
function matches(base: Base, name: Name, how: 'any' | 'all'): boolean {
  if (base.kind === 'dns' && name.kind === 'dns') return dnsMatches(base.text, name.text, how);
  if (base.kind === 'email' && name.kind === 'email') return emailMatches(base.text, name.text);
  if (base.kind === 'uri' && name.kind === 'uri') return hostMatches(base.text, name.text);
  if (base.kind === 'directory' && name.kind === 'directory') {
    return base.rdns.length <= name.rdns.length && base.rdns.every((rdn, i) => rdn === name.rdns[i]);
  }
  if (base.kind !== 'ip' || name.kind !== 'ip' || base.address.length !== name.address.length) return false;
  return base.address.every((byte, i) => (byte & base.mask[i]!) === (name.address[i]! & base.mask[i]!));
}

function dnsMatches(base: string, name: string, how: 'any' | 'all'): boolean {
  if (base === '') return true;
  if (name === base || name.endsWith(`.${base}`)) return true;
  // `*.example.com` against an excluded `bar.example.com`: one label of the set is enough
  return (
    how === 'any' &&
    name.startsWith('*.') &&
    base.endsWith(name.slice(1)) &&
    !base.slice(0, 1 - name.length).includes('.')
  );
}

function emailMatches(base: string, mailbox: string): boolean {
  if (base.includes('@')) return base === mailbox;
  return hostMatches(base, mailbox.slice(mailbox.lastIndexOf('@') + 1));
}

/** RFC 5280 4.2.1.10 for mailboxes and URIs: `.example.com` means hosts below it, `example.com` that host alone. */
function hostMatches(base: string, host: string): boolean {
  return base.startsWith('.') ? host.endsWith(base) && host.length > base.length : host === base || base === '';
}

/** The names that constraints apply to: the subject, and every subjectAltName. */
function namesOf(certificate: Certificate, last: boolean): readonly (readonly [GeneralName, Name | undefined])[] {
  const names: (readonly [GeneralName, Name | undefined])[] = [];
  const { subject, subjectAltName } = certificate;
  if (subject.rdns.length > 0) names.push(withName({ kind: 'directory', name: subject }));
  for (const name of subjectAltName ?? []) {
    names.push(withName(name));
    // RFC 9598 6: constraints on mailboxes hold for internationalised ones as well
    if (name.kind === 'other' && name.oid === smtpUtf8MailboxOid)
      names.push(withName({ kind: 'email', value: name.text ?? '' }));
  }
  for (const { oid, value } of subject.rdns.flat()) {
    // RFC 5280 4.2.1.10: an e-mail address in the subject counts too
    if (oid === '1.2.840.113549.1.9.1') names.push(withName({ kind: 'email', value }));
    // a common name may be taken for a host name where there is no alternative name at all (RFC 5922 7.1)
    if (oid === '2.5.4.3' && last && subjectAltName === undefined && isFullHostName(value))
      names.push(withName({ kind: 'dns', value }));
  }
  return names;
}

function withName(name: GeneralName): readonly [GeneralName, Name | undefined] {
  return [name, prepareName(name)];
}

function prepareName(name: GeneralName): Name | undefined {
  switch (name.kind) {
    case 'dns': {
      const text = name.value.toLowerCase();
      return isDnsText(text.startsWith('*.') ? text.slice(2) : text) ? { kind: 'dns', text } : undefined;
    }
    case 'email':
      return prepareMailbox(name.value);
    case 'uri': {
      const host = uriHost(name.value);
      return host === undefined ? undefined : { kind: 'uri', text: host };
    }
    case 'ip':
      return name.bytes.length === 4 || name.bytes.length === 16 ? { kind: 'ip', address: name.bytes } : undefined;
    case 'directory':
      return { kind: 'directory', rdns: rdnsOf(name.name) };
    default:
      return { kind: 'unsupported', of: name.kind };
  }
}

function prepareBase(base: GeneralName): Base | undefined {
  switch (base.kind) {
    case 'dns': {
      const text = base.value.toLowerCase();
      return text === '' || isDnsText(text) ? { kind: 'dns', text } : undefined;
    }
    case 'email': {
      if (base.value.includes('@')) return prepareMailbox(base.value);
      const text = base.value.toLowerCase();
      return text === '' || isDnsText(text.startsWith('.') ? text.slice(1) : text)
        ? { kind: 'email', text }
        : undefined;
    }
    case 'uri': {
      const text = base.value.toLowerCase();
      return isDnsText(text.startsWith('.') ? text.slice(1) : text) && !isDottedQuad(text)
        ? { kind: 'uri', text }
        : undefined;
    }
    case 'ip': {
      const half = base.bytes.length / 2;
      if (half !== 4 && half !== 16) return undefined;
      const mask = base.bytes.subarray(half);
      return isPrefix(mask) ? { kind: 'ip', address: base.bytes.subarray(0, half), mask } : undefined;
    }
    case 'directory':
      return { kind: 'directory', rdns: rdnsOf(base.name) };
    default:
      return { kind: 'unsupported', of: base.kind };
  }
}

/**
 * A mailbox (RFC 5321 4.1.2) as it is compared: the local part keeps its case, the host loses it (RFC 5280 7.5).
 * Undefined unless there is one `@` that is not quoted, with both sides well formed.
 */
export function mailboxText(value: string): string | undefined {
  const at = value.lastIndexOf('@');
  const local = value.slice(0, at);
  const host = value.slice(at + 1).toLowerCase();
  const quoted = /^"(?:[^"\\]|\\.)*"$/.test(local);
  const literal = /^\[[0-9a-f.:v]+\]$/.test(host);
  if (at <= 0 || !(literal || isDnsText(host)) || (!quoted && /[@\s",:;<>()[\]\\]/.test(local))) return undefined;
  return `${local}@${host}`;
}

function prepareMailbox(value: string): { readonly kind: 'email'; readonly text: string } | undefined {
  const text = mailboxText(value);
  return text === undefined ? undefined : { kind: 'email', text };
}

/** RFC 5280 4.2.1.10: a URI is compared by its host, which must be a name; others lie in no subtree. */
function uriHost(uri: string): string | undefined {
  const match = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/)?(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#;]*)/.exec(uri);
  const host = match?.[1]?.toLowerCase() ?? '';
  return isDnsText(host) && !isDottedQuad(host) ? host : undefined;
}

function isDnsText(text: string): boolean {
  return (
    text.length <= 253 &&
    /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(text) &&
    text.split('.').every((label) => label.length <= 63)
  );
}

function isFullHostName(text: string): boolean {
  return isHostName(text) && text.includes('.') && !isDottedQuad(text);
}

function isPrefix(mask: Uint8Array): boolean {
  let ended = false;
  for (const byte of mask) {
    if (ended && byte !== 0) return false;
    if (byte === 255) continue;
    // ones from the left, then zeros: the complement plus one is a power of two
    if ((~byte & 255 & ((~byte & 255) + 1)) !== 0) return false;
    ended = true;
  }
  return true;
}

function rdnsOf(name: DistinguishedName): readonly string[] {
  return canonicalRdns(name);
}

function describe(name: GeneralName): string {
  switch (name.kind) {
    case 'dns':
    case 'email':
    case 'uri':
      return `${name.kind}:${printable(name.value)}`;
    case 'ip':
      return `ip:${printable(name.text)}`;
    default:
      return name.kind;
  }
}

/** Whether two general names are the same name, as CRL scope and indirect CRLs compare them. */
export function equalGeneralNames(a: GeneralName, b: GeneralName): boolean {
  if (a.kind === 'directory' && b.kind === 'directory') return rdnsOf(a.name).join('\n') === rdnsOf(b.name).join('\n');
  if (a.kind === 'ip' && b.kind === 'ip') return equalBytes(a.bytes, b.bytes);
  if ((a.kind === 'uri' && b.kind === 'uri') || (a.kind === 'email' && b.kind === 'email')) return a.value === b.value;
  return a.kind === 'dns' && b.kind === 'dns' && a.value.toLowerCase() === b.value.toLowerCase();
}
