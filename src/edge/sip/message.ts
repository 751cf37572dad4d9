/**
 * Reads SIP from a TLS stream: framing by Content-Length, start line and header fields (RFC 3261 sections 7, 18.3 and
 * 25), keep-alives (RFC 5626 section 4.4.1). Strict and bounded: what is not SIP ends the stream. Bodies are skipped.
 */

export interface SipMessage {
  readonly kind: 'request' | 'response';
  /** Empty for a response. */
  readonly method: string;
  readonly uri: string;
  /** 0 for a request. */
  readonly status: number;
  /** `SIP/2.0`, as sent. */
  readonly version: string;
  /** In order; names in lower case, compact forms made long, folded lines joined. */
  readonly headers: readonly SipHeader[];
  /** False when there is no Content-Length: nothing after this message can be read (RFC 3261 20.14). */
  readonly framed: boolean;
}

export interface SipHeader {
  readonly name: string;
  readonly value: string;
}

export type SipEvent =
  /** `head`: as it arrived, the empty line included. A body follows as events of its own when they were asked for. */
  | { readonly kind: 'message'; readonly message: SipMessage; readonly head: Buffer; readonly bodyLength: number }
  /** A part of the body of the last message. */
  | { readonly kind: 'body'; readonly bytes: Buffer; readonly last: boolean }
  | { readonly kind: 'ping' }
  | { readonly kind: 'garbage'; readonly reason: string };

export const sipLimits = { head: 16_384, line: 8_192, headers: 100, body: 65_536, relayedBody: 16_777_216 } as const;

/**
 * A reader for one connection: give it what arrives, it answers what that completes. After `garbage`, or a message
 * that is not framed, the connection has to be closed; further bytes are ignored. With `bodies` the bodies are handed
 * out as they arrive and may be longer; else they are skipped.
 */
export function createSipReader({ bodies = false } = {}): (chunk: Buffer) => SipEvent[] {
  const longest = bodies ? sipLimits.relayedBody : sipLimits.body;
  let held: Buffer = Buffer.alloc(0);
  let searched = 0;
  let bodyLeft = 0;
  let startLineSeen = false;
  let dead = false;

  const step = (): SipEvent | undefined => {
    if (bodyLeft > 0) {
      const bytes = held.subarray(0, bodyLeft);
      held = held.subarray(bytes.length);
      bodyLeft -= bytes.length;
      if (bodies && bytes.length > 0) return { kind: 'body', bytes, last: bodyLeft === 0 };
      if (bodyLeft > 0) return undefined;
    }
    if (searched === 0) {
      if (held.length === 0) return undefined;
      if (held[0] === cr) return emptyLine();
      if (!isTokenByte(held[0]!)) return garbage('does not begin as a SIP message');
    }
    const problem = startLineSeen ? undefined : checkStartLine();
    if (problem !== undefined) return garbage(problem);
    const end = held.indexOf('\r\n\r\n', Math.max(0, searched - 3), 'latin1');
    if (end < 0) {
      searched = held.length;
      return held.length > sipLimits.head ? garbage(`headers longer than ${sipLimits.head} bytes`) : undefined;
    }
    if (end > sipLimits.head) return garbage(`headers longer than ${sipLimits.head} bytes`);
    const parsed = parseHead(held.toString('utf8', 0, end), longest);
    if (typeof parsed === 'string') return garbage(parsed);
    const head = held.subarray(0, end + 4);
    held = held.subarray(end + 4);
    searched = 0;
    startLineSeen = false;
    bodyLeft = parsed.bodyLength;
    dead = !parsed.message.framed;
    return { kind: 'message', message: parsed.message, head, bodyLength: bodyLeft };
  };

  /** CRLF CRLF is a ping; a single CRLF before a message is ignored (RFC 3261 7.5). */
  const emptyLine = (): SipEvent | undefined => {
    if (held.length < 2) return undefined;
    if (held[1] !== lf) return garbage('a carriage return without a line feed');
    if (held.length > 2 && held[2] !== cr) {
      held = held.subarray(2);
      return step();
    }
    if (held.length < 4) return undefined;
    if (held[3] !== lf) return garbage('a carriage return without a line feed');
    held = held.subarray(4);
    return { kind: 'ping' };
  };

  const checkStartLine = (): string | undefined => {
    const end = held.indexOf('\r\n', 0, 'latin1');
    if (end < 0 && held.length <= sipLimits.line) return undefined;
    if (end < 0 || end > sipLimits.line) return `a start line longer than ${sipLimits.line} bytes`;
    startLineSeen = true;
    return startLine.test(held.toString('latin1', 0, end)) ? undefined : 'not a SIP start line';
  };

  const garbage = (reason: string): SipEvent => {
    dead = true;
    held = Buffer.alloc(0);
    return { kind: 'garbage', reason };
  };

  return (chunk) => {
    const events: SipEvent[] = [];
    if (dead) return events;
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (let event = step(); event !== undefined; event = dead ? undefined : step()) events.push(event);
    if (held.length > 0 && held.length < held.buffer.byteLength) held = Buffer.from(held);
    return events;
  };
}

const cr = 13;
const lf = 10;
const token = "[A-Za-z0-9.!%*_+`'~-]+";
const startLine = new RegExp(`^(?:${token} \\S+ SIP/\\d+\\.\\d+|SIP/2\\.0 [1-6]\\d\\d(?: .*)?)$`);
const headerName = new RegExp(`^${token}$`);

/** RFC 3261 20, and RFC 3841, 3891, 3892, 6665, 8224 for the letters that came later. */
const compactForms = new Map(
  Object.entries({
    a: 'accept-contact',
    b: 'referred-by',
    c: 'content-type',
    d: 'request-disposition',
    e: 'content-encoding',
    f: 'from',
    i: 'call-id',
    j: 'reject-contact',
    k: 'supported',
    l: 'content-length',
    m: 'contact',
    o: 'event',
    r: 'refer-to',
    s: 'subject',
    t: 'to',
    u: 'allow-events',
    v: 'via',
    x: 'session-expires',
    y: 'identity',
  }),
);

function isTokenByte(byte: number): boolean {
  return (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}

function parseHead(text: string, longest: number): { message: SipMessage; bodyLength: number } | string {
  const lines = text.split('\r\n');
  if (/[\0\r\n]/.test(lines.join(''))) return 'a control character in the headers';
  const headers: SipHeader[] = [];
  for (const line of unfold(lines.slice(1))) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trimEnd().toLowerCase();
    if (!headerName.test(name)) return 'a header line without a name';
    if (headers.length === sipLimits.headers) return `more than ${sipLimits.headers} header lines`;
    headers.push({ name: compactForms.get(name) ?? name, value: line.slice(colon + 1).trim() });
  }
  const lengths = new Set(headers.filter((h) => h.name === 'content-length').map((h) => h.value));
  const [length] = lengths;
  if (lengths.size > 1 || (length !== undefined && !/^\d{1,9}$/.test(length))) return 'no valid Content-Length';
  const bodyLength = Number(length ?? 0);
  if (bodyLength > longest) return `a body longer than ${longest} bytes`;
  const [first = '', uri = '', last = ''] = lines[0]!.split(' ');
  const framed = length !== undefined;
  const message: SipMessage = first.startsWith('SIP/')
    ? { kind: 'response', method: '', uri: '', status: Number(uri), version: first, headers, framed }
    : { kind: 'request', method: first, uri, status: 0, version: last, headers, framed };
  return { message, bodyLength };
}

/** A line that begins with white space continues the one before (RFC 3261 7.3.1). */
function unfold(lines: readonly string[]): string[] {
  const whole: string[] = [];
  for (const line of lines) {
    if (/^[ \t]/.test(line) && whole.length > 0) whole[whole.length - 1] += ` ${line.trim()}`;
    else whole.push(line);
  }
  return whole;
}
