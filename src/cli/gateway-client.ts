/**
 * Calls the gateway's API: on the same machine through the socket in the data folder, which only its owner can open,
 * elsewhere over HTTPS with a token and a verified server certificate.
 */
import { readFileSync, statSync } from 'node:fs';
import type { ClientRequest, RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { join } from 'node:path';
import { certificateFault, connectionFault } from '../lib/connection-fault.ts';
import { http } from '../lib/node-http.ts';
import { Problem, type ProblemDetails } from '../lib/problem.ts';
import { Secret } from '../lib/secret.ts';
import { fileReason } from './file-reason.ts';
import { serverNameFault } from './server-name.ts';

export interface ClientOptions {
  /** The data folder, for the local socket. */
  readonly data: string;
  readonly url?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly caFile?: string | undefined;
}

export interface GatewayClient {
  /** The bytes of a good answer. Throws the Problem the gateway gave, or `cli.unreachable`. */
  send(method: string, path: string, body?: unknown): Promise<Uint8Array>;
}

const apiRoot = '/api/v1';
const timeout = 120_000;
const maxAnswer = 64 * 1024 * 1024;

export function createGatewayClient(options: ClientOptions): GatewayClient {
  const target = options.url === undefined ? localTarget(options.data) : remoteTarget(options.url, options);
  return {
    send: (method, path, body) => {
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const headers = {
        ...target.headers(),
        'x-requested-by': 'tollgate',
        ...(payload ? { 'content-type': 'application/json', 'content-length': String(payload.length) } : {}),
      };
      return exchange(target, { method, path: `${apiRoot}${path}`, headers, timeout }, payload);
    },
  };
}

interface Target {
  /** For messages. */
  readonly name: string;
  readonly hint: string;
  readonly request: (options: RequestOptions) => ClientRequest;
  headers(): Record<string, string>;
}

function localTarget(data: string): Target {
  const socketPath = join(data, 'run', 'cli.sock');
  return {
    name: `the gateway of the data folder ${data}`,
    hint: 'Start it with tollgate serve; --data names its data folder, --url a gateway elsewhere.',
    request: (options) => http.request({ ...options, socketPath }),
    headers: () => ({ host: 'localhost' }),
  };
}

function remoteTarget(text: string, options: ClientOptions): Target {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' || url.username !== '')
    throw usage('--url must be as in https://gateway.example.com:8443.');
  if (options.tokenFile === undefined) throw usage('--url needs --token-file: a file with an API token.');
  const token = readToken(options.tokenFile);
  const ca = options.caFile === undefined ? undefined : readCertificates(options.caFile);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    name: url.origin,
    hint: 'Check the address, and with --ca-file which CA signed the server certificate.',
    request: (request) =>
      tlsRequest({
        ...request,
        host,
        port: url.port === '' ? 443 : Number(url.port),
        minVersion: 'TLSv1.2',
        agent: false,
        ...(ca === undefined ? {} : { ca }),
        checkServerIdentity: (_host, certificate) => serverNameFault(host, certificate.raw),
      }),
    headers: () => ({ host: url.host, authorization: `Bearer ${token.reveal()}` }),
  };
}

function exchange(target: Target, options: RequestOptions, payload: Buffer | undefined): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { code?: string }) => reject(unreachable(target, error));
    const sent = target.request(options);
    sent.on('error', fail);
    sent.on('timeout', () => sent.destroy(new Error('no answer within two minutes')));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > maxAnswer) sent.destroy(new Error('the answer is too large'));
        chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(bytes);
        else reject(problemFrom(status, bytes, target));
      });
    });
    sent.end(payload);
  });
}

/** The gateway's own problem document, with all its members. */
function problemFrom(status: number, bytes: Buffer, target: Target): Problem {
  try {
    const {
      code,
      title,
      detail,
      hint,
      errors,
      type: _,
      ...extra
    } = JSON.parse(bytes.toString('utf8')) as ProblemDetails & {
      type?: string;
    };
    if (typeof code !== 'string' || typeof title !== 'string') throw new Error('no problem document');
    return new Problem({ code, status, title, detail, hint, errors, extra } as ProblemDetails);
  } catch {
    // 503 comes from an edge whose administration process is away
    if (status === 503) return unreachable(target, new Error('its administration process is away'));
    return new Problem({
      code: 'cli.unexpected-answer',
      status,
      title: 'An answer that is not understood',
      detail: `${target.name} answered with status ${status} and no problem document.`,
      hint: target.hint,
    });
  }
}

function unreachable(target: Target, error: Error & { code?: string }): Problem {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'it is not running',
    ENOTDIR: 'that is no folder',
    ECONNREFUSED: 'it is not running',
    EACCES: 'only the owner of the data folder may ask it',
  };
  const certificate = certificateFault(error.code ?? '');
  const reason =
    certificate === undefined
      ? (reasons[error.code ?? ''] ?? connectionFault(error))
      : `its certificate is not accepted: ${certificate}`;
  return new Problem({
    code: 'cli.unreachable',
    status: 503,
    title: 'The gateway cannot be reached',
    detail: `${target.name}: ${reason}.`,
    hint: target.hint,
  });
}

/** A token that others can read is refused: it may be known already. */
function readToken(path: string): Secret<string> {
  const text = readFile(path).toString('utf8').trim();
  if ((statSync(path).mode & 0o077) !== 0)
    throw usage(`${path} can be read by others; chmod 600 it, and revoke the token.`);
  if (!/^tg_[\w-]+$/.test(text)) throw usage(`${path} holds no API token; a token begins with tg_.`);
  return new Secret(text);
}

function readCertificates(path: string): Buffer {
  const bytes = readFile(path);
  if (!bytes.includes('-----BEGIN CERTIFICATE-----')) throw usage(`${path} holds no certificate in PEM.`);
  return bytes;
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const [reason, hint] = fileReason(error);
    throw usage(`${path} cannot be read: ${reason}.`, hint);
  }
}

function usage(detail: string, hint = 'tollgate --help explains it.'): Problem {
  return new Problem({ code: 'cli.usage', status: 400, title: 'Wrong usage', detail, hint });
}
