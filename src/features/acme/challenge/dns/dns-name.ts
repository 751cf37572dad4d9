/** Domain names in DNS messages (RFC 1035 3.1, 4.1.4): text in lower case without a final dot here, labels there. */

/** Thrown for a message that is malformed; never leaves this folder. */
export class DnsFault extends Error {}

/** The labels of a name, uncompressed. Throws a DnsFault for text that is no name. */
export function encodeDnsName(name: string): Uint8Array {
  const text = normalDnsName(name);
  const labels = text === '' ? [] : text.split('.');
  if (labels.some((label) => !/^[a-z0-9_*-]{1,63}$/.test(label))) throw new DnsFault('this is no domain name');
  const octets = Buffer.concat(labels.flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]));
  if (octets.length > 254) throw new DnsFault('the domain name is too long');
  return Buffer.concat([octets, Buffer.of(0)]);
}

/** Lower case, without the final dot. */
export function normalDnsName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** The name at this place and where it ends. Throws a DnsFault; pointers only lead back, so they cannot go in circles. */
export function readDnsName(message: Uint8Array, start: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let end: number | undefined;
  let length = 0;
  for (let at = start, before = start; ; ) {
    const octet = message[at];
    if (octet === undefined) throw new DnsFault('a name is cut off');
    if (octet === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    if (octet >= 0xc0) {
      const target = ((octet & 0x3f) << 8) | (message[at + 1] ?? 0xff);
      if (target >= before) throw new DnsFault('a name points forward');
      end ??= at + 2;
      at = before = target;
      continue;
    }
    const label = message.subarray(at + 1, at + 1 + octet);
    length += octet + 1;
    if (octet > 63 || label.length !== octet || length > 254) throw new DnsFault('a name is malformed');
    labels.push(labelText(label));
    at += octet + 1;
  }
}

/** What is no plain character is written as RFC 4343 2.1 does, so that two names are the same only when they are. */
function labelText(label: Uint8Array): string {
  let text = '';
  for (const octet of label) {
    const plain = octet > 0x20 && octet < 0x7f && octet !== 0x2e && octet !== 0x5c;
    text += plain ? String.fromCharCode(octet).toLowerCase() : `\\${String(octet).padStart(3, '0')}`;
  }
  return text;
}
