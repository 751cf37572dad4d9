/**
 * Reads HTTP/1.1 requests (RFC 9112) for a service that knows three kinds of paths: strict, bounded, without transfer
 * codings. What another recipient on the way might read in another way is refused.
 */

export interface HttpRequest {
  readonly method: string;
  /** The path as it was sent; of an absolute form the part behind the authority. */
  readonly path: string;
  /** Whether the connection may go on after the answer (RFC 9112 9.3). */
  readonly keepAlive: boolean;
  /** Of those that mean something here; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** How many octets of the input belong to the request, or why it is none, or that more has to come. */
export type ReadStep =
  | { readonly kind: 'request'; readonly request: HttpRequest; readonly length: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'refused'; readonly status: number };

export const maxHead = 8 * 1024;
const maxPath = 2 * 1024;
/** An OCSP request about one certificate has about 120 octets. */
export const maxBody = 16 * 1024;
const maxHeaders = 64;

/** Reads the request at the beginning of the input. */
export function readRequest(input: Buffer): ReadStep {
  const end = input.indexOf('\r\n\r\n');
  if (end < 0) return input.length > maxHead ? refused(431) : more;
  if (end > maxHead) return refused(431);
  const head = readHead(input.toString('latin1', 0, end));
  if (typeof head === 'number') return refused(head);
  const length = end + 4 + head.length;
  if (input.length < length) return more;
  const { method, path, keepAlive, headers } = head;
  const request = { method, path, keepAlive, headers, body: input.subarray(end + 4, length) };
  return { kind: 'request', request, length };
}

interface Head {
  readonly method: string;
  readonly path: string;
  readonly keepAlive: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** Octets of the body. */
  readonly length: number;
}

const more: ReadStep = { kind: 'more' };

function refused(status: number): ReadStep {
  return { kind: 'refused', status };
}

/** Clients of one kind send the same head again and again. */
const remembered = new Map<string, Head>();
const mostRemembered = 256;

function readHead(text: string): Head | number {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const head = parseHead(text);
  if (typeof head !== 'number' && head.method === 'POST' && text.length <= 1_024) {
    if (remembered.size >= mostRemembered) remembered.delete(remembered.keys().next().value!);
    remembered.set(text, head);
  }
  return head;
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Of a field value (RFC 9110 5.5); a CR or LF that stands alone is none of them. */
const forbidden = /[^\t\x20-\x7e\x80-\xff]/;
const meant = new Set(['content-type', 'if-none-match', 'if-modified-since']);

/** The head without its last empty line, or the status to refuse it with. */
function parseHead(text: string): Head | number {
  const lines = text.split('\r\n');
  if (lines.length > maxHeaders + 1) return 431;
  const [, method, target = '', minor] = /^([A-Z]{1,16}) ([\x21-\x7e]+) HTTP\/1\.([01])$/.exec(lines[0]!) ?? [];
  if (method === undefined) return /HTTP\/[2-9]/.test(lines[0]!) ? 505 : 400;
  const path = pathOf(target);
  if (path === undefined) return 400;
  if (path.length > maxPath) return 414;
  const headers: Record<string, string> = {};
  let keepAlive = minor === '1';
  let length: number | undefined;
  let hosts = 0;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    const colon = line.indexOf(':');
    // RFC 9112 5.1, 5.2: nothing between name and colon, no folded lines
    if (colon < 1 || !token.test(line.slice(0, colon)) || forbidden.test(line)) return 400;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'content-length') {
      // RFC 9112 6.3: several lengths are several requests to somebody
      if (length !== undefined || !/^\d{1,9}$/.test(value)) return 400;
      length = Number(value);
    } else if (name === 'transfer-encoding') return 501;
    else if (name === 'expect') return 417;
    else if (name === 'host') hosts++;
    else if (name === 'connection') keepAlive = connectionGoesOn(value, keepAlive);
    else if (meant.has(name)) {
      if (headers[name] !== undefined) return 400;
      headers[name] = value;
    }
  }
  // RFC 9112 3.2
  if (hosts > 1 || (hosts === 0 && minor === '1')) return 400;
  if (length !== undefined && length > maxBody) return 413;
  return { method, path, keepAlive, headers, length: length ?? 0 };
}

/** RFC 9112 3.2.1, 3.2.2: origin form or absolute form. */
function pathOf(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  return /^https?:\/\/[^/?#]+(\/.*)$/i.exec(target)?.[1];
}

function connectionGoesOn(value: string, before: boolean): boolean {
  const words = value
    .toLowerCase()
    .split(',')
    .map((word) => word.trim());
  if (words.includes('close')) return false;
  return before || words.includes('keep-alive');
}
