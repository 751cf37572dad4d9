/** OCSP over HTTP (RFC 6960 appendix A, RFC 5019 5 and 6): POST, and GET with the request in base64. */
import { guards, type HttpAnswer, headOf, nothingHere } from './http/answer.ts';
import type { HttpRequest } from './http/read-request.ts';
import type { KeptAnswer } from './ocsp/answer-cache.ts';
import type { OcspAuthority } from './ocsp/authority.ts';
import { etagOf, type OcspService } from './ocsp/ocsp-service.ts';

export const ocspPath = '/ocsp';

/** The answer to a request whose path is `/ocsp` or begins with `/ocsp/`. */
export function answerOcsp(service: OcspService, request: HttpRequest, now: number): HttpAnswer | Buffer {
  const { method, path, body, keepAlive } = request;
  if (method === 'POST') {
    if (path !== ocspPath && path !== `${ocspPath}/`) return nothingHere(404);
    const question = body.toString('latin1');
    const known = service.known(question);
    if (known !== undefined) return wireOf(known, keepAlive, now);
    if (!isRequestType(request.headers['content-type'])) return nothingHere(415);
    const answer = service.answer(body, question);
    return 'kept' in answer ? notKept(answer.der) : wireOf(answer, keepAlive, now);
  }
  if (method !== 'GET' && method !== 'HEAD')
    return path === ocspPath ? nothingHere(405, 'Allow: GET, HEAD, POST\r\n') : nothingHere(404);
  if (path.length <= ocspPath.length + 1) return nothingHere(path === ocspPath ? 405 : 404, allowPost(path));
  const known = service.known(path);
  const answer = known ?? service.answer(fromPath(path.slice(ocspPath.length + 1)) ?? empty, path);
  if ('kept' in answer) return notKept(answer.der);
  if (isSame(request, answer)) return { status: 304, lines: linesOf(answer, now), body: empty };
  if (method === 'HEAD') return { status: 200, lines: linesOf(answer, now), body: answer.der };
  return wireOf(answer, keepAlive, now);
}

const empty = new Uint8Array();

function allowPost(path: string): string {
  return path === ocspPath ? 'Allow: POST\r\n' : '';
}

function isRequestType(type: string | undefined): boolean {
  return type?.split(';')[0]?.trim().toLowerCase() === 'application/ocsp-request';
}

/** Base64 in a path, where `/`, `+` and `=` may be written as such or escaped. */
function fromPath(text: string): Uint8Array | undefined {
  let plain: string;
  try {
    plain = decodeURIComponent(text);
  } catch {
    return undefined;
  }
  return /^[A-Za-z0-9+/]+={0,2}$/.test(plain) ? Buffer.from(plain, 'base64') : undefined;
}

/** The whole answer in octets, made once for each second in which it is asked for. */
function wireOf(answer: KeptAnswer<OcspAuthority>, keepAlive: boolean, now: number): Buffer {
  const second = Math.floor(now / 1000);
  if (answer.wireSecond !== second) {
    answer.wireSecond = second;
    answer.wire[0] = answer.wire[1] = undefined;
  }
  const which = keepAlive ? 0 : 1;
  let wire = answer.wire[which];
  if (wire === undefined) {
    const head = headOf(200, linesOf(answer, now), answer.der.length, keepAlive);
    wire = Buffer.concat([Buffer.from(head, 'latin1'), answer.der]);
    answer.wire[which] = wire;
  }
  return wire;
}

/** RFC 5019 6.2: caches keep it until this side would sign a new one. */
function linesOf(answer: KeptAnswer<OcspAuthority>, now: number): string {
  const { thisUpdate, nextUpdate, renewAt } = answer;
  const seconds = Math.max(0, Math.floor((Math.min(renewAt, nextUpdate) - now) / 1000));
  return `Content-Type: application/ocsp-response\r\nETag: ${etagOf(answer)}\r\nLast-Modified: ${new Date(
    thisUpdate,
  ).toUTCString()}\r\nExpires: ${new Date(Math.min(renewAt, nextUpdate)).toUTCString()}\r\nCache-Control: max-age=${
    answer.stamp === 0 ? Math.min(seconds, 60) : seconds
  }, public, no-transform, must-revalidate\r\n${guards}`;
}

function notKept(der: Uint8Array): HttpAnswer {
  return {
    status: 200,
    lines: `Content-Type: application/ocsp-response\r\nCache-Control: no-store\r\n${guards}`,
    body: der,
  };
}

function isSame({ headers }: HttpRequest, answer: KeptAnswer<OcspAuthority>): boolean {
  const tags = headers['if-none-match'] ?? '';
  return tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etagOf(answer));
}
