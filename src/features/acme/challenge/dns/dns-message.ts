/** DNS messages (RFC 1035 4.1), as far as questions for records and dynamic updates (RFC 2136) need them. */
import { DnsFault, encodeDnsName, readDnsName } from './dns-name.ts';

export const recordTypes = { NS: 2, CNAME: 5, SOA: 6, TXT: 16, TSIG: 250, ANY: 255 } as const;
export const recordClasses = { IN: 1, NONE: 254, ANY: 255 } as const;

export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: Uint8Array;
}

export interface DnsMessage {
  readonly id: number;
  /** The second 16 bits of the header: QR, opcode, flags, response code. */
  readonly flags: number;
  readonly question: readonly { readonly name: string; readonly type: number; readonly class: number }[];
  readonly answer: readonly DnsRecord[];
  /** In an update: what is added and removed (RFC 2136 2.5). */
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
}

export interface ReadMessage extends DnsMessage {
  readonly response: boolean;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  /** 0 no error, 3 no such name, 5 refused, 9 not authoritative or not authorised. */
  readonly code: number;
  /** Where the last record begins, for signatures over what stands before it. */
  readonly lastRecordAt: number;
}

/** A question for one record, not asking for recursion. */
export function questionFor(id: number, name: string, type: number): DnsMessage {
  const question = [{ name, type, class: recordClasses.IN }];
  return { id, flags: 0, question, answer: [], authority: [], additional: [] };
}

/** A dynamic update of one zone (RFC 2136 2). */
export function updateOf(id: number, zone: string, changes: readonly DnsRecord[]): DnsMessage {
  const question = [{ name: zone, type: recordTypes.SOA, class: recordClasses.IN }];
  return { id, flags: 5 << 11, question, answer: [], authority: changes, additional: [] };
}

/** RFC 2136 2.5.1. */
export function addedTxt(name: string, value: string, ttl: number): DnsRecord {
  return { name, type: recordTypes.TXT, class: recordClasses.IN, ttl, data: txtData(value) };
}

/** Exactly this one record of the set (RFC 2136 2.5.4). */
export function removedTxt(name: string, value: string): DnsRecord {
  return { name, type: recordTypes.TXT, class: recordClasses.NONE, ttl: 0, data: txtData(value) };
}

export function encodeDnsMessage({ id, flags, question, answer, authority, additional }: DnsMessage): Uint8Array {
  const header = Buffer.alloc(12);
  for (const [i, value] of [id, flags, question.length, answer.length, authority.length, additional.length].entries())
    header.writeUInt16BE(value, 2 * i);
  const questions = question.map((one) => Buffer.concat([encodeDnsName(one.name), numbers([one.type, one.class])]));
  return Buffer.concat([header, ...questions, ...[...answer, ...authority, ...additional].map(encodeRecord)]);
}

export function encodeRecord({ name, type, class: kind, ttl, data }: DnsRecord): Uint8Array {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(kind, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeDnsName(name), fixed, data]);
}

/** Reads a whole message. Throws a DnsFault for what is malformed or has more than 500 records. */
export function readDnsMessage(message: Uint8Array): ReadMessage {
  if (message.length < 12) throw new DnsFault('the message is cut off');
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const [questions = 0, ...counts] = [4, 6, 8, 10].map((at) => view.getUint16(at));
  if (questions > 10 || counts.reduce((sum, count) => sum + count, 0) > 500) throw new DnsFault('too many records');
  const flags = view.getUint16(2);
  let at = 12;
  const question = Array.from({ length: questions }, () => {
    const { name, end } = readDnsName(message, at);
    if (end + 4 > message.length) throw new DnsFault('a question is cut off');
    at = end + 4;
    return { name, type: view.getUint16(end), class: view.getUint16(end + 2) };
  });
  let lastRecordAt = at;
  const [answer = [], authority = [], additional = []] = counts.map((count) =>
    Array.from({ length: count }, () => {
      lastRecordAt = at;
      const { name, end } = readDnsName(message, at);
      if (end + 10 > message.length) throw new DnsFault('a record is cut off');
      const length = view.getUint16(end + 8);
      at = end + 10 + length;
      if (at > message.length) throw new DnsFault('a record is cut off');
      const data = message.subarray(end + 10, at);
      return { name, type: view.getUint16(end), class: view.getUint16(end + 2), ttl: view.getUint32(end + 4), data };
    }),
  );
  if (at !== message.length) throw new DnsFault('octets follow the message');
  return {
    id: view.getUint16(0),
    flags,
    response: (flags & 0x8000) !== 0,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    code: flags & 0x0f,
    question,
    answer,
    authority,
    additional,
    lastRecordAt,
  };
}

/** The character strings of a TXT record in one piece (RFC 1035 3.3.14). Throws a DnsFault. */
export function txtText(data: Uint8Array): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; ) {
    const length = data[at]!;
    if (at + 1 + length > data.length) throw new DnsFault('a TXT record is cut off');
    parts.push(Buffer.from(data.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return Buffer.concat(parts).toString('latin1');
}

/** Names of response codes (RFC 1035 4.1.1, RFC 2136 2.2, RFC 8945 3) for people. */
export function responseCodeText(code: number): string {
  return responseCodes[code] ?? `code ${code}`;
}

const responseCodes: Readonly<Record<number, string>> = {
  1: 'the server does not understand the message (FORMERR)',
  2: 'the server fails (SERVFAIL)',
  3: 'there is no such name (NXDOMAIN)',
  4: 'the server does not do that (NOTIMP)',
  5: 'the server refuses (REFUSED)',
  8: 'a record that should exist does not (NXRRSET)',
  9: 'the server is not authoritative for the zone, or the key may not change it (NOTAUTH)',
  10: 'the name is not in the zone (NOTZONE)',
  16: 'the signature is wrong (BADSIG)',
  17: 'the key is unknown to the server (BADKEY)',
  18: 'the clocks differ (BADTIME)',
  22: 'the signature is cut too short (BADTRUNC)',
};

function txtData(value: string): Uint8Array {
  const octets = Buffer.from(value, 'latin1');
  if (octets.length > 255) throw new DnsFault('a TXT string is longer than 255 octets');
  return Buffer.concat([Buffer.of(octets.length), octets]);
}

function numbers(values: readonly number[]): Uint8Array {
  const out = Buffer.alloc(2 * values.length);
  for (const [i, value] of values.entries()) out.writeUInt16BE(value, 2 * i);
  return out;
}
