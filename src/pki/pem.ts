/**
 * PEM (RFC 7468), read in linear time: CRLF, a byte order mark, text around the blocks, `Bag Attributes` and a missing
 * final newline are accepted; a label that is not a PKI object, a block without end and bad base64 are not.
 */
import { toBase64 } from '../lib/bytes.ts';
import { printable } from '../lib/printable.ts';
import { ok, type Result } from '../lib/result.ts';
import { type PkiError, type PkiErrorCode, PkiRefusal, refused } from './pki-error.ts';

/** One object between its BEGIN and END lines. */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
  /** Where the BEGIN line stands in the input. */
  readonly offset: number;
  /** Lines such as `Proc-Type: 4,ENCRYPTED`, which old OpenSSL writes into keys (RFC 1421 4.6). */
  readonly headers: readonly string[];
}

export interface PemLimits {
  readonly maxBytes?: number;
  readonly maxBlocks?: number;
}

/** Every block of a text, in order; refuses a text that has none, or one that is malformed. */
export function decodePem(input: Uint8Array | string, limits: PemLimits = {}): Result<readonly PemBlock[], PkiError> {
  const { maxBytes = 64 * 1024 * 1024, maxBlocks = 5000 } = limits;
  try {
    if (input.length > maxBytes) fail('pem.too-large', `the text is larger than ${maxBytes} octets`, 0);
    const text = typeof input === 'string' ? input : latin1(input);
    const blocks: PemBlock[] = [];
    for (let at = nextBegin(text, 0); at !== -1; ) {
      if (blocks.length === maxBlocks) fail('pem.too-many', `the text holds more than ${maxBlocks} blocks`, at);
      const label = beginLabel(text, at);
      if (label === undefined) {
        at = nextBegin(text, at + begin.length);
        continue;
      }
      const body = readBody(text, at, label);
      blocks.push({ label, offset: at, headers: body.headers, der: body.der });
      at = nextBegin(text, body.end);
    }
    if (blocks.length === 0) fail('pem.no-block', 'the text holds no -----BEGIN line', 0);
    return ok(blocks);
  } catch (thrown) {
    return refused(thrown);
  }
}

/** One block, 64 characters to the line, with a final newline. */
export function encodePem(label: string, der: Uint8Array): string {
  const text = toBase64(der);
  let lines = '';
  for (let at = 0; at < text.length; at += 64) lines += `${text.slice(at, at + 64)}\n`;
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}

const begin = '-----BEGIN ';
const dashes = '-----';

/** What may stand behind BEGIN. */
const labels: ReadonlySet<string> = new Set([
  'CERTIFICATE',
  'X509 CERTIFICATE',
  'TRUSTED CERTIFICATE',
  'CERTIFICATE REQUEST',
  'NEW CERTIFICATE REQUEST',
  'X509 CRL',
  'PKCS7',
  'CMS',
  'PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'DSA PRIVATE KEY',
  'OPENSSH PRIVATE KEY',
  'PUBLIC KEY',
  'RSA PUBLIC KEY',
  'EC PARAMETERS',
  'DH PARAMETERS',
  'DSA PARAMETERS',
]);

function fail(code: PkiErrorCode, message: string, offset: number): never {
  throw new PkiRefusal(code, message, offset);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** The next BEGIN that has nothing but blanks or a byte order mark before it on its line. */
function nextBegin(text: string, from: number): number {
  for (let at = text.indexOf(begin, from); at !== -1; at = text.indexOf(begin, at + begin.length)) {
    let before = at - 1;
    while (before >= from && (text[before] === ' ' || text[before] === '\t')) before--;
    if (before < 0 || text[before] === '\n' || text[before] === '\r') return at;
    const head = text.slice(0, Math.min(before + 1, 4));
    if (head === '\ufeff' || head === '\u00ef\u00bb\u00bf') return at;
  }
  return -1;
}

/** The label of a BEGIN line, or undefined when the line is only text that looks a little like one. */
function beginLabel(text: string, at: number): string | undefined {
  const longest = 64;
  const line = text.slice(at + begin.length, at + begin.length + longest);
  const label = /^([^\r\n]*?)-----[ \t]*(?:[\r\n]|$)/.exec(line)?.[1];
  if (label === undefined) return undefined;
  if (!labels.has(label))
    fail('pem.label', `a block labelled "${printable(label)}" is no certificate, key, CSR or CRL`, at);
  return label;
}

function readBody(text: string, at: number, label: string): { der: Uint8Array; headers: string[]; end: number } {
  const start = at + begin.length + label.length + dashes.length;
  const stop = text.indexOf(dashes, start);
  const end = `-----END ${label}-----`;
  if (stop === -1) fail('pem.no-end', `the block ${label} has no END line`, at);
  if (!text.startsWith(end, stop)) {
    fail('pem.no-end', `the block ${label} is not closed by its own END line before the next dashes`, stop);
  }
  const headers: string[] = [];
  let from = start;
  for (let colon = headerEnd(text, from, stop); colon !== -1; colon = headerEnd(text, from, stop)) {
    headers.push(text.slice(from, colon).trim());
    from = colon;
  }
  return { der: decodeBase64(text, from, stop), headers, end: stop + end.length };
}

/** Where the header line that begins at `from` ends, or -1 when it is not one. */
function headerEnd(text: string, from: number, stop: number): number {
  let at = from;
  while (at < stop && isBlank(text.charCodeAt(at))) at++;
  const first = at;
  while (at < stop && text[at] !== '\n' && text[at] !== '\r') {
    if (text[at] === ':' && at > first) {
      while (at < stop && text[at] !== '\n' && text[at] !== '\r') at++;
      return at;
    }
    at++;
  }
  return -1;
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function decodeBase64(text: string, start: number, stop: number): Uint8Array {
  let digits = 0;
  let padding = 0;
  for (let at = start; at < stop; at++) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) continue;
    if (code === 0x3d) padding++;
    else if (padding > 0 || !isDigit(code)) fail('pem.base64', 'the base64 text holds a character that is none', at);
    else digits++;
  }
  if (digits === 0) fail('pem.base64', 'the block is empty', start);
  if (padding > 2 || (digits + padding) % 4 !== 0)
    fail('pem.base64', 'the base64 text is cut off or padded wrongly', stop);
  return new Uint8Array(Buffer.from(text.slice(start, stop), 'base64'));
}

function isDigit(code: number): boolean {
  return (
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2f
  );
}
