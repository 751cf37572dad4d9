/** A small ACME server over HTTPS whose every answer a test can replace: to lie, to dawdle, to send rubbish. */
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parseCsr } from '../../src/pki/csr/csr.ts';
import { type MadeCertificate, makeCa, makeLeaf } from '../support/made-certificates.ts';

/** What a test may replace; each answers at its own path. */
export type Endpoint =
  | 'directory'
  | 'new-nonce'
  | 'new-account'
  | 'new-order'
  | 'revoke'
  | 'key-change'
  | 'ari'
  | 'account'
  | 'order'
  | 'authorization'
  | 'challenge'
  | 'finalize'
  | 'certificate';

export interface Asked {
  readonly endpoint: string;
  readonly method: string;
  readonly path: string;
  /** The protected header, when the request was signed. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and octets as they are, anything else as JSON. */
  readonly body?: unknown;
}

/** An answer, or one written by hand to the response; undefined keeps the usual one. */
export type Script = (asked: Asked, response: ServerResponse) => Answer | 'written' | undefined;

export interface ScriptedAcme {
  readonly origin: string;
  readonly directoryUrl: string;
  /** PEM of the CA of its HTTPS certificate. */
  readonly ca: string;
  /** The root of what it issues. */
  readonly root: MadeCertificate;
  readonly scripts: Map<Endpoint, Script>;
  readonly asked: Asked[];
  /** A good answer with the certificate for the last request (CSR). */
  issue(names: readonly string[], publicKeyInfo?: Uint8Array): MadeCertificate;
  readonly lastPublicKey: Uint8Array | undefined;
  reset(): void;
  close(): Promise<void>;
}

export const goodToken = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA';

export async function startScriptedAcme(tlsName = '127.0.0.1'): Promise<ScriptedAcme> {
  const tlsCa = makeCa('CA of the server');
  const kind = /^[0-9.]+$/.test(tlsName) ? 'ip' : 'dns';
  const served = makeLeaf('server', tlsCa, { extensions: { subjectAltName: [{ kind, value: tlsName }] } });
  const root = makeCa('Scripted Root');
  const scripts = new Map<Endpoint, Script>();
  const asked: Asked[] = [];
  let names: readonly { type: string; value: string }[] = [];
  let publicKey: Uint8Array | undefined;
  let proved = false;
  let finalized = false;
  const issue = (wanted: readonly string[], publicKeyInfo = publicKey): MadeCertificate =>
    makeLeaf(wanted[0]!, root, {
      ...(publicKeyInfo !== undefined && { publicKeyInfo }),
      notBefore: Date.now() - 60_000,
      notAfter: Date.now() + 90 * 86_400_000,
      extensions: { subjectAltName: wanted.map((value) => ({ kind: /^[0-9.]+$/.test(value) ? 'ip' : 'dns', value })) },
    });
  const order = () => ({
    status: finalized ? 'valid' : proved ? 'ready' : 'pending',
    identifiers: names,
    authorizations: [`${origin}/authorization/1`],
    finalize: `${origin}/finalize/1`,
    ...(finalized && { certificate: `${origin}/certificate/1` }),
  });
  const challenge = () => ({
    type: 'http-01',
    url: `${origin}/challenge/1`,
    status: proved ? 'valid' : 'pending',
    token: goodToken,
  });
  const usual = (endpoint: string, { payload }: Asked): Answer => {
    switch (endpoint) {
      case 'directory':
        return { body: directoryOf(origin) };
      case 'new-account':
        return { status: 201, headers: { location: `${origin}/account/1` }, body: { status: 'valid' } };
      case 'account':
        return { body: { status: 'valid' } };
      case 'new-order':
        names = (JSON.parse(payload) as { identifiers: typeof names }).identifiers;
        proved = finalized = false;
        return { status: 201, headers: { location: `${origin}/order/1` }, body: order() };
      case 'order':
        return { body: order() };
      case 'authorization':
        return { body: { status: proved ? 'valid' : 'pending', identifier: names[0], challenges: [challenge()] } };
      case 'challenge':
        proved = true;
        return { body: challenge() };
      case 'finalize': {
        const csr = parseCsr(Buffer.from((JSON.parse(payload) as { csr: string }).csr, 'base64url'));
        if (!csr.ok) return { status: 400, body: { type: 'urn:ietf:params:acme:error:badCSR' } };
        publicKey = csr.value.publicKeyInfo;
        finalized = true;
        return { body: order() };
      }
      case 'certificate':
        return {
          headers: { 'content-type': 'application/pem-certificate-chain' },
          body: `${issue(names.map(({ value }) => value)).pem}${root.pem}`,
        };
      default:
        return {};
    }
  };
  const server: Server = createServer(
    { cert: served.pem, key: served.key.export({ type: 'pkcs8', format: 'pem' }) },
    (request, response) => {
      void readBody(request).then((text) => {
        const path = request.url ?? '';
        const endpoint = path.split('/')[1] ?? '';
        const one = { endpoint, method: request.method ?? '', path, ...jwsParts(text) };
        asked.push(one);
        const scripted = scripts.get(endpoint as Endpoint)?.(one, response);
        if (scripted === 'written') return;
        send(response, scripted ?? usual(endpoint, one));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `https://${tlsName}:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    directoryUrl: `${origin}/directory`,
    ca: tlsCa.pem,
    root,
    scripts,
    asked,
    issue,
    get lastPublicKey() {
      return publicKey;
    },
    reset: () => {
      scripts.clear();
      asked.length = 0;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export function directoryOf(origin: string): Record<string, unknown> {
  return {
    newNonce: `${origin}/new-nonce`,
    newAccount: `${origin}/new-account`,
    newOrder: `${origin}/new-order`,
    revokeCert: `${origin}/revoke`,
    keyChange: `${origin}/key-change`,
    renewalInfo: `${origin}/ari`,
    meta: { profiles: { classic: 'the usual one', 'tls-server': 'servers only' } },
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = {} }: Answer): void {
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  response.writeHead(status, {
    'content-type': status >= 400 ? 'application/problem+json' : 'application/json',
    'replay-nonce': randomBytes(16).toString('base64url'),
    ...headers,
  });
  response.end(raw ? body : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** The signature is verified when the key stands in the header. */
function jwsParts(text: string): Pick<Asked, 'header' | 'payload'> {
  if (text === '') return { header: {}, payload: '' };
  const jws = JSON.parse(text) as { protected: string; payload: string; signature: string };
  const header = JSON.parse(Buffer.from(jws.protected, 'base64url').toString()) as Record<string, unknown>;
  const { jwk, alg } = header as { jwk?: Record<string, string>; alg?: string };
  if (jwk !== undefined) {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const digest = alg === 'EdDSA' ? null : `sha${alg?.slice(2)}`;
    const signed = Buffer.from(`${jws.protected}.${jws.payload}`);
    if (!verify(digest, signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(jws.signature, 'base64url')))
      throw new Error('a signature is wrong');
  }
  return { header, payload: Buffer.from(jws.payload, 'base64url').toString() };
}
