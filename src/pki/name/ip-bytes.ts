/** Reads IP addresses as people write them into the octets certificates hold (RFC 5280 4.2.1.6, RFC 4291 2.2). */

/** 4 or 16 octets, or undefined when the text is no address. No leading zeros in IPv4, no zone in IPv6. */
export function ipBytes(text: string): Uint8Array | undefined {
  return text.includes(':') ? ipv6(text) : ipv4(text);
}

/** Address and mask octets of `10.0.0.0/8` or `2001:db8::/32`, as name constraints hold them (RFC 5280 4.2.1.10). */
export function ipRangeBytes(text: string): Uint8Array | undefined {
  const [address, prefix, ...rest] = text.split('/');
  const bytes = ipBytes(address ?? '');
  if (bytes === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix ?? '')) return undefined;
  const length = Number(prefix);
  if (length > bytes.length * 8) return undefined;
  const mask = new Uint8Array(bytes.length);
  for (let bit = 0; bit < length; bit++) mask[bit >> 3]! |= 0x80 >> (bit & 7);
  return Uint8Array.from([...bytes.map((octet, i) => octet & mask[i]!), ...mask]);
}

/** Whether an address lies in a range, both as read above; not where one could not be read, or is of the other family. */
export function isInRange(address: Uint8Array | undefined, range: Uint8Array | undefined): boolean {
  if (address === undefined || range?.length !== address.length * 2) return false;
  return address.every((octet, i) => (octet & range[address.length + i]!) === range[i]!);
}

function ipv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((p) => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) < 256)) return undefined;
  return Uint8Array.from(parts, Number);
}

function ipv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half, i) => (half === '' ? [] : sixteens(half, i === halves.length - 1)));
  const [head, tail] = groups;
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array<number>(missing).fill(0), ...(tail ?? [])];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function sixteens(text: string, last: boolean): number[] | undefined {
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (last && i === parts.length - 1 && part.includes('.')) {
      const four = ipv4(part);
      if (four === undefined) return undefined;
      groups.push((four[0]! << 8) | four[1]!, (four[2]! << 8) | four[3]!);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
