/**
 * Which addresses the gateway may call when somebody else chose the address: a URL in a certificate, a name in DNS, a
 * host typed into the page. Special-purpose ranges by the IANA registries (RFC 6890), and every form of IPv6 in which
 * an IPv4 address travels (RFC 4291 2.5.5, RFC 6052, RFC 3056, RFC 4380).
 */
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

export type AddressKind =
  | 'loopback'
  | 'unspecified'
  | 'link-local'
  | 'metadata'
  | 'private'
  | 'shared'
  | 'multicast'
  | 'documentation'
  | 'embedded-ipv4'
  | 'reserved'
  | 'own'
  | 'not-an-address';

export interface AddressRules {
  /** Kinds that are let through: an operator's own URLs may lead to `private` and `shared` addresses. */
  readonly kinds?: readonly AddressKind[];
  /** Addresses or CIDR blocks that are let through whatever their kind. */
  readonly allow?: readonly string[];
  /** The gateway's own addresses, refused as `own`. */
  readonly own?: readonly string[];
  /** Kinds that `allow` does not open. */
  readonly never?: readonly AddressKind[];
  /** Addresses or CIDR blocks that are let through before anything else is looked at: for tests and demonstrations. */
  readonly testAllow?: readonly string[];
}

export interface AddressRefusal {
  readonly kind: AddressKind;
  /** The address in its shortest spelling. */
  readonly address: string;
  /** What kind of address that is, safe to print. */
  readonly words: string;
}

/** Why the address may not be called; undefined when it may. */
export function addressRefusal(address: string, rules: AddressRules = {}): AddressRefusal | undefined {
  const bytes = addressBytes(address);
  if (bytes === undefined) return refusal('not-an-address', address.slice(0, 100));
  if ((rules.testAllow ?? []).some((range) => inRange(bytes, range))) return undefined;
  const forbidden = kindOf(bytes);
  if (forbidden !== undefined && rules.never?.includes(forbidden)) return refusal(forbidden, addressText(bytes));
  if ((rules.allow ?? []).some((range) => inRange(bytes, range))) return undefined;
  const own = rules.own?.some((one) => sameBytes(addressBytes(one), bytes)) === true;
  const kind = own ? 'own' : kindOf(bytes);
  return kind === undefined || rules.kinds?.includes(kind) ? undefined : refusal(kind, addressText(bytes));
}

/**
 * The address that a URL's host stands for when it is no name: also `127.1`, `0x7f.1`, `2130706433`, `[::1]`. Undefined
 * for a name. What connects must use the answer and never the text, which others read differently.
 */
export function literalAddress(host: string): string | undefined {
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const read = URL.parse(`http://${bracketed}/`)?.hostname;
  const bytes = read === undefined ? undefined : addressBytes(read.replace(/^\[|\]$/g, ''));
  return bytes === undefined ? undefined : addressText(bytes);
}

/** Thrown into the callback of a checked look-up. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
  readonly refusal: AddressRefusal;

  constructor(refused: AddressRefusal) {
    super(refused.words);
    this.refusal = refused;
  }
}

export type Resolve = (
  host: string,
  options: { readonly all: true; readonly family?: number },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for connections: resolves once, and when a single address of the answer is refused, so is the name. The
 * connection is made to the addresses that were checked; nothing is looked up twice.
 */
export function checkedLookup(resolve: Resolve, rules: AddressRules = {}): LookupFunction {
  return (host, options, callback) => {
    const family = options.family === 4 || options.family === 'IPv4' ? 4 : options.family === 6 ? 6 : 0;
    resolve(host, { all: true, family }, (error, found) => {
      const fail = (reason: NodeJS.ErrnoException) => callback(reason, '', 0);
      if (error !== null) return fail(error);
      const addresses = found.slice(0, maxAddresses);
      const refused = addresses.map(({ address }) => addressRefusal(address, rules)).find((one) => one !== undefined);
      if (refused !== undefined) return fail(new AddressRefused(refused));
      const [first] = addresses;
      if (first === undefined) return fail(Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' }));
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}

/** More addresses of one name are not looked at. */
const maxAddresses = 64;

const words: Readonly<Record<AddressKind, string>> = {
  loopback: 'a loopback address: this machine itself',
  unspecified: 'the unspecified address: this machine itself',
  'link-local': 'a link-local address',
  metadata: 'the address of a cloud’s metadata service',
  private: 'a private address',
  shared: 'a shared address of a carrier’s network',
  multicast: 'a multicast or broadcast address',
  documentation: 'an address for documentation',
  'embedded-ipv4': 'an IPv6 address that carries an IPv4 address',
  reserved: 'a reserved address',
  own: 'an address of this gateway',
  'not-an-address': 'no IP address',
};

function refusal(kind: AddressKind, address: string): AddressRefusal {
  return { kind, address, words: `${address} is ${words[kind]}` };
}

/** The first row that holds decides, so the narrow ones stand first. */
const ranges: readonly (readonly [kind: AddressKind, range: string])[] = [
  ['metadata', '169.254.169.254/32'],
  ['metadata', '169.254.170.2/32'],
  ['metadata', '100.100.100.200/32'],
  ['metadata', '168.63.129.16/32'],
  ['metadata', '192.0.0.192/32'],
  ['metadata', 'fd00:ec2::254/128'],
  ['metadata', 'fd20:ce::254/128'],
  ['unspecified', '0.0.0.0/8'],
  ['loopback', '127.0.0.0/8'],
  ['link-local', '169.254.0.0/16'],
  ['private', '10.0.0.0/8'],
  ['private', '172.16.0.0/12'],
  ['private', '192.168.0.0/16'],
  ['shared', '100.64.0.0/10'],
  ['documentation', '192.0.2.0/24'],
  ['documentation', '198.51.100.0/24'],
  ['documentation', '203.0.113.0/24'],
  ['reserved', '192.0.0.0/24'],
  ['reserved', '192.88.99.0/24'],
  ['reserved', '198.18.0.0/15'],
  ['multicast', '224.0.0.0/4'],
  ['multicast', '255.255.255.255/32'],
  ['reserved', '240.0.0.0/4'],
  ['unspecified', '::/128'],
  ['loopback', '::1/128'],
  // mapped, compatible, translated (RFC 4291 2.5.5, RFC 2765), NAT64 (RFC 6052, RFC 8215), 6to4, Teredo
  ['embedded-ipv4', '::ffff:0:0/96'],
  ['embedded-ipv4', '::ffff:0:0:0/96'],
  ['embedded-ipv4', '::/96'],
  ['embedded-ipv4', '64:ff9b::/96'],
  ['embedded-ipv4', '64:ff9b:1::/48'],
  ['embedded-ipv4', '2002::/16'],
  ['embedded-ipv4', '2001::/32'],
  ['link-local', 'fe80::/10'],
  ['private', 'fec0::/10'],
  ['private', 'fc00::/7'],
  ['multicast', 'ff00::/8'],
  ['documentation', '2001:db8::/32'],
  ['documentation', '3fff::/20'],
  ['reserved', '2001::/23'],
  ['reserved', '100::/64'],
];

/** RFC 4291 2.4: beyond the rows, only 2000::/3 is given to anybody. */
const globalUnicast = '2000::/3';

function kindOf(bytes: Uint8Array): AddressKind | undefined {
  const found = ranges.find(([, range]) => inRange(bytes, range))?.[0];
  if (found !== undefined || bytes.length === 4) return found;
  return inRange(bytes, globalUnicast) ? undefined : 'reserved';
}

function inRange(bytes: Uint8Array, range: string): boolean {
  const [, text = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
  const base = addressBytes(text);
  if (base === undefined || base.length !== bytes.length) return false;
  const length = bits === undefined ? bytes.length * 8 : Number(bits);
  if (length > bytes.length * 8) return false;
  for (let bit = 0; bit < length; bit++) {
    const mask = 0x80 >> (bit & 7);
    if ((bytes[bit >> 3]! & mask) !== (base[bit >> 3]! & mask)) return false;
  }
  return true;
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((octet, i) => octet === b[i]);
}

/** 4 or 16 octets; nothing but dotted decimals without leading zeros and IPv6 without a zone is an address here. */
function addressBytes(text: string): Uint8Array | undefined {
  if (!text.includes(':')) {
    const octets = text.split('.');
    const good = octets.length === 4 && octets.every((o) => /^(0|[1-9]\d{0,2})$/.test(o) && Number(o) < 256);
    return good ? Uint8Array.from(octets, Number) : undefined;
  }
  if (!/^[0-9a-f:.]+$/i.test(text)) return undefined;
  const canonical = URL.parse(`http://[${text}]/`)?.hostname.slice(1, -1);
  if (canonical === undefined) return undefined;
  const [head = [], tail = []] = canonical.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  return URL.parse(`http://[${groups.join(':')}]/`)?.hostname.slice(1, -1) ?? groups.join(':');
}
