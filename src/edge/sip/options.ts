/**
 * What a SIP TLS listener answers by itself: 200 to OPTIONS (RFC 3261 section 11), 503 to other requests, nothing to
 * ACK and to responses. Via is completed by RFC 3261 18.2.1 and RFC 3581.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { SipMessage } from './message.ts';

export interface SipPlace {
  /** Where the request came from. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** What Contact names: a host name of the gateway, or the local address. */
  readonly host: string;
  readonly port: number;
}

/** The answer as text, ready to be sent; undefined when the message gets none. */
export function answerSip(message: SipMessage, place: SipPlace): string | undefined {
  if (message.kind === 'response' || message.method === 'ACK') return undefined;
  const problem = findProblem(message);
  if (problem !== undefined) return respond(message, place, problem);
  if (message.method === 'OPTIONS') {
    // Max-Forwards 0 included: the gateway is the one asked (RFC 3261 16.3 step 3)
    const contact = `<sip:${isIPv6(place.host) ? `[${place.host}]` : place.host}:${place.port};transport=tls>`;
    return respond(message, place, '200 OK', [`Contact: ${contact}`, 'Allow: OPTIONS', 'Accept: application/sdp']);
  }
  return respond(message, place, '503 Service Unavailable');
}

/** Whether an OPTIONS request asks the gateway itself: no user is named, or it may go no further (RFC 3261 11, 16.3). */
export function isOwnOptions(message: SipMessage): boolean {
  if (message.kind !== 'request' || message.method !== 'OPTIONS') return false;
  return !message.uri.includes('@') || values(message, 'max-forwards').some((left) => /^0+$/.test(left));
}

/** Whether a request may be passed on as it is; else `answerSip` says what is wrong with it. */
export function isWhole(message: SipMessage): boolean {
  return message.kind === 'response' ? message.framed : findProblem(message) === undefined;
}

/** 503, whatever the request is; undefined for what gets no answer (RFC 3261 17.1.1.3, 21.5.4). */
export function refuseSip(message: SipMessage, place: SipPlace): string | undefined {
  if (message.kind === 'response' || message.method === 'ACK') return undefined;
  return respond(message, place, findProblem(message) ?? '503 Service Unavailable');
}

const tagSecret = randomBytes(32);

/** RFC 3261 8.1.1: what every request holds, once. Max-Forwards may be missing (16.3 step 3). */
function findProblem(message: SipMessage): string | undefined {
  if (message.version !== 'SIP/2.0') return '505 Version Not Supported';
  if (values(message, 'via').length === 0) return '400 Missing Via';
  for (const name of ['From', 'To', 'Call-ID', 'CSeq']) {
    const found = values(message, name.toLowerCase()).length;
    if (found !== 1) return `400 ${found === 0 ? 'Missing' : 'Repeated'} ${name}`;
  }
  const [, method] = /^\d{1,10}[ \t]+(\S+)$/.exec(values(message, 'cseq')[0]!) ?? [];
  if (method !== message.method) return '400 CSeq Does Not Name The Method';
  return message.framed ? undefined : '400 Missing Content-Length';
}

function respond(message: SipMessage, place: SipPlace, status: string, more: readonly string[] = []): string {
  const lines = [`SIP/2.0 ${status}`];
  for (const [index, via] of values(message, 'via').entries()) {
    lines.push(`Via: ${index === 0 ? completeVia(via, place) : via}`);
  }
  for (const from of values(message, 'from').slice(0, 1)) lines.push(`From: ${from}`);
  for (const to of values(message, 'to').slice(0, 1))
    lines.push(`To: ${hasTag(to) ? to : `${to};tag=${tag(message)}`}`);
  for (const id of values(message, 'call-id').slice(0, 1)) lines.push(`Call-ID: ${id}`);
  for (const number of values(message, 'cseq').slice(0, 1)) lines.push(`CSeq: ${number}`);
  return [...lines, ...more, 'Content-Length: 0', '', ''].join('\r\n');
}

function values(message: SipMessage, name: string): string[] {
  return message.headers.filter((header) => header.name === name).map((header) => header.value);
}

/**
 * The topmost Via with `received` and, when asked for, `rport` (RFC 3581 section 4). A line may hold several Vias
 * separated by commas; only the first is ours to complete.
 */
function completeVia(line: string, place: SipPlace): string {
  const end = firstComma(line);
  const via = line.slice(0, end);
  const rest = line.slice(end);
  const [head = '', ...parameters] = splitOutsideQuotes(via, ';');
  const asksPort = parameters.some((p) => /^\s*rport\s*$/i.test(p));
  const sentBy = sentByHost(head.trim());
  const kept = parameters.filter((p) => !/^\s*received\s*=/i.test(p));
  const filled = kept.map((p) => (/^\s*rport\s*$/i.test(p) ? `rport=${place.remotePort}` : p));
  if (asksPort || sentBy !== place.remoteAddress) filled.push(`received=${place.remoteAddress}`);
  return [head.trimEnd(), ...filled.map((p) => p.trim())].join(';') + rest;
}

/** Host of `SIP/2.0/TLS host:port`, an IPv6 address without its brackets. */
function sentByHost(head: string): string {
  const sentBy = head.slice(Math.max(head.lastIndexOf(' '), head.lastIndexOf('\t')) + 1).toLowerCase();
  if (sentBy.startsWith('[')) return sentBy.slice(1, Math.max(1, sentBy.indexOf(']')));
  const colon = sentBy.indexOf(':');
  return colon < 0 ? sentBy : sentBy.slice(0, colon);
}

function firstComma(line: string): number {
  return splitOutsideQuotes(line, ',')[0]?.length ?? line.length;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && quoted) i++;
    else if (text[i] === '"') quoted = !quoted;
    else if (text[i] === separator && !quoted) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** A tag among the header's parameters; parameters of the URI stand inside the angle brackets (RFC 3261 20.10). */
function hasTag(to: string): boolean {
  const end = splitOutsideQuotes(to, '>')[0]!.length;
  const outside = end < to.length ? to.slice(end) : to;
  return splitOutsideQuotes(outside, ';')
    .slice(1)
    .some((parameter) => /^\s*tag\s*=/i.test(parameter));
}

/** The same for a repeated request, without keeping state (RFC 3261 8.2.7). */
function tag(message: SipMessage): string {
  const key = ['via', 'from', 'call-id', 'cseq'].flatMap((name) => values(message, name).slice(0, 1)).join('\n');
  return createHmac('sha256', tagSecret).update(key).digest('hex').slice(0, 16);
}
