/** One request and its answer over an open connection, counted while it arrives. */
import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { http } from '../../../lib/node-http.ts';
import { printable } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { type FetchError, fetchError } from './fetch-error.ts';
import type { FetchAnswer, FetchRequest } from './outbound-http.ts';

type Exchanged = Result<FetchAnswer, FetchError> | { readonly location: string };

/** Sends the request and reads the answer. The caller destroys the connection. */
export async function exchange(
  socket: Socket,
  url: URL,
  request: FetchRequest,
  signal: AbortSignal,
): Promise<Exchanged> {
  const bad = (what: string, code: FetchError['code'] = 'revocation.http-answer') =>
    err(fetchError(code, `${url.href}: ${what}.`, 'Open the URL by hand and see what the server sends.'));
  let answer: IncomingMessage;
  try {
    answer = await respond(socket, url, request, signal);
  } catch (error) {
    return bad(printable(error instanceof Error ? error.message : String(error)));
  }
  const { statusCode = 0, headers } = answer;
  if ([301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined) {
    if (request.method === 'POST') return bad('the server redirects, which is not followed', 'revocation.redirect');
    return { location: headers.location };
  }
  const conditional = Object.keys(request.headers ?? {}).some((name) => /^if-(none-match|modified-since)$/i.test(name));
  const about = { etag: short(headers.etag), lastModified: short(headers['last-modified']) };
  if (statusCode === 304 && conditional) return ok({ status: 304, body: new Uint8Array(), bytes: 0, ...about });
  if (statusCode !== 200) return bad(`the server answers with status ${statusCode}`, 'revocation.http-status');
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return bad(`the answer is encoded as ${printable(encoding, 60)}, which was not asked for`);
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (request.mediaTypes !== undefined && !request.mediaTypes.includes(type))
    return bad(`the answer is of type ${printable(type, 60) || 'unknown'}`);
  const total = /^\d{1,15}$/.test(headers['content-length'] ?? '') ? Number(headers['content-length']) : undefined;
  const tooLarge = (): Result<never, FetchError> =>
    bad(`the answer is larger than ${request.maxBytes} octets`, 'revocation.too-large');
  if (total !== undefined && total > request.maxBytes) return tooLarge();
  const body = await readBody(answer, request, total);
  if (body === 'too-large') return tooLarge();
  if (body instanceof Error) return bad(`the answer broke off: ${printable(body.message)}`);
  return ok({ status: 200, ...body, ...about });
}

function respond(socket: Socket, url: URL, request: FetchRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { body, method, headers } = request;
  return new Promise((resolve, reject) => {
    const outgoing = http.request({
      createConnection: () => socket,
      method,
      signal,
      path: `${url.pathname}${url.search}`,
      headers: {
        host: url.host,
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'Tollgate',
        connection: 'close',
        ...headers,
        ...(body && { 'content-length': String(body.length) }),
      },
      maxHeaderSize: 16_384,
    });
    // answers that switch protocols are no answers
    outgoing.once('upgrade', (_answer, connection) => {
      connection.destroy();
      reject(new Error('the server wants to switch the protocol'));
    });
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
    outgoing.end(body);
  });
}

/** Counts while it reads: what the server says about the length is only believed when it is too much. */
async function readBody(
  answer: IncomingMessage,
  { maxBytes, file, onProgress }: FetchRequest,
  total: number | undefined,
): Promise<{ readonly body: Uint8Array; readonly bytes: number } | 'too-large' | Error> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let handle: FileHandle | undefined;
  try {
    handle = file === undefined ? undefined : await open(file, 'wx', 0o600);
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) return 'too-large';
      if (handle === undefined) chunks.push(chunk);
      else for (let done = 0; done < chunk.length; ) done += (await handle.write(chunk, done)).bytesWritten;
      onProgress?.(bytes, total);
    }
    if (!answer.complete) return new Error('the connection ended early');
    return { body: Buffer.concat(chunks), bytes };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    answer.destroy();
    await handle?.close();
  }
}

/** A header that is kept and sent back. */
function short(value: string | undefined): string | undefined {
  return value !== undefined && value.length <= 256 && /^[\x20-\x7e]+$/.test(value) ? value : undefined;
}
