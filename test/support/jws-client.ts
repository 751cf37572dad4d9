/** An ACME client made of bare messages, so that a test can bend each of them. Talks to a server in this process. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AcmeServer } from '../../src/features/acme-server/acme-server.ts';
import type { ExtendedKeyUsage } from '../../src/pki/certificate/extended-key-usages.ts';
import { buildCsr } from '../../src/pki/csr/build.ts';
import type { SanName } from '../../src/pki/name/build-general-name.ts';

export interface JwsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly text: string;
  /** Empty when the body is no JSON. */
  readonly json: Record<string, unknown>;
}

/** What is different from a good message. */
export interface Bent {
  /** Over the protected header; `undefined` takes a member away. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Instead of the path's own URL, in the protected header. */
  readonly url?: string;
  readonly nonce?: string;
  /** Signs with this key; the header stays. */
  readonly signedBy?: KeyObject;
  /** Brings the key instead of the account. */
  readonly asKey?: boolean;
  /** Changes the finished JWS. */
  readonly jws?: (jws: Record<string, unknown>) => unknown;
  readonly contentType?: string;
  readonly address?: string;
  readonly host?: string;
}

export type KeyKind = 'ES256' | 'ES384' | 'ES512' | 'EdDSA' | 'RS256';

export function makeAccountKey(kind: KeyKind = 'ES256'): KeyObject {
  if (kind === 'EdDSA') return generateKeyPairSync('ed25519').privateKey;
  if (kind === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return generateKeyPairSync('ec', { namedCurve: { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[kind] }).privateKey;
}

export class JwsClient {
  readonly server: Pick<AcmeServer, 'handle'>;
  readonly host: string;
  readonly directory: string;
  key: KeyObject;
  /** URL of the account once registered. */
  account = '';

  constructor(
    server: Pick<AcmeServer, 'handle'>,
    options: { key?: KeyObject; directory?: string; host?: string } = {},
  ) {
    this.server = server;
    this.key = options.key ?? makeAccountKey();
    this.directory = options.directory ?? 'default';
    this.host = options.host ?? 'ca.test';
  }

  url(resource: string): string {
    return resource.startsWith('https:') ? resource : `https://${this.host}/acme/${this.directory}/${resource}`;
  }

  async get(resource: string, method = 'GET', host = this.host): Promise<JwsAnswer> {
    return this.#send(resource, { method, host, body: new Uint8Array(), contentType: '', address: '192.0.2.9' });
  }

  async nonce(): Promise<string> {
    return String((await this.get('new-nonce', 'HEAD')).headers['replay-nonce']);
  }

  /** `payload` '' is POST-as-GET. */
  async post(resource: string, payload: unknown, bent: Bent = {}): Promise<JwsAnswer> {
    const byKey = bent.asKey ?? (this.account === '' || resource === 'new-account');
    const header = {
      alg: algorithmOf(this.key),
      nonce: bent.nonce ?? (await this.nonce()),
      url: bent.url ?? this.url(resource),
      ...(byKey ? { jwk: jwkOf(this.key) } : { kid: this.account }),
      ...bent.header,
    };
    const jws = signJws(bent.signedBy ?? this.key, header, payload);
    const body = Buffer.from(JSON.stringify(bent.jws?.(jws) ?? jws));
    return this.#send(resource, {
      method: 'POST',
      body,
      host: bent.host ?? this.host,
      contentType: bent.contentType ?? 'application/jose+json',
      address: bent.address ?? '192.0.2.9',
    });
  }

  async register(payload: object = {}, bent: Bent = {}): Promise<JwsAnswer> {
    const answer = await this.post('new-account', payload, bent);
    if (answer.status < 300) this.account = String(answer.headers['location']);
    return answer;
  }

  order(names: readonly string[], more: object = {}): Promise<JwsAnswer> {
    const identifiers = names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value }));
    return this.post('new-order', { identifiers, ...more });
  }

  /** Answers one challenge of each authorization and waits until all are decided. */
  async prove(order: JwsAnswer, type = 'http-01'): Promise<void> {
    for (const url of order.json['authorizations'] as string[]) {
      const { challenges, status } = (await this.post(url, '')).json as {
        challenges: { type: string; url: string }[];
        status: string;
      };
      if (status !== 'pending') continue;
      const challenge = challenges.find((one) => one.type === type) ?? challenges[0]!;
      await this.post(challenge.url, {});
      // ever slower: the server takes 600 requests of an address in a minute
      for (let pause = 5; ; pause = Math.min(2 * pause, 400)) {
        const answer = await this.post(url, '');
        if (answer.status === 429) throw new Error(answer.text);
        if (answer.json['status'] !== 'pending') break;
        await sleep(pause);
      }
    }
  }

  /** From the names to the finished order. */
  async enrol(names: readonly string[], more: object = {}): Promise<JwsAnswer> {
    const order = await this.order(names, more);
    if (order.status !== 201) throw new Error(order.text);
    await this.prove(order, names.some((name) => name.startsWith('*.')) ? 'dns-01' : 'http-01');
    return this.post(String(order.json['finalize']), { csr: csrFor(names) });
  }

  async #send(
    resource: string,
    request: { method: string; host: string; body: Uint8Array; contentType: string; address: string },
  ): Promise<JwsAnswer> {
    const path = new URL(this.url(resource)).pathname;
    const { status, headers, body } = await this.server.handle({ ...request, path, requestId: 'test' });
    const text = Buffer.from(body).toString('utf8');
    const isJson = text !== '' && String(headers['content-type']).includes('json');
    return { status, headers, text, json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
  }
}

/** The word of a refusal: `badNonce`. */
export function errorOf({ json }: JwsAnswer): string {
  return String(json['type']).replace('urn:ietf:params:acme:error:', '');
}

export function signJws(key: KeyObject, header: object, payload: unknown): Record<string, unknown> {
  const head = encode(JSON.stringify(header));
  const body = payload === '' ? '' : encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return { protected: head, payload: body, signature: signText(key, `${head}.${body}`) };
}

/** The binding of an account key to a key that the operator handed out (RFC 8555 7.3.4). */
export function bindingFor(accountKey: KeyObject, keyId: string, hmac: string, url: string, over: object = {}): object {
  const head = encode(JSON.stringify({ alg: 'HS256', kid: keyId, url, ...over }));
  const payload = encode(JSON.stringify(jwkOf(accountKey)));
  const mac = createHmac('sha256', Buffer.from(hmac, 'base64url')).update(`${head}.${payload}`);
  return { protected: head, payload, signature: mac.digest('base64url') };
}

/** Base64url of a request for these names, made with a new key unless given. */
export function csrFor(
  names: readonly string[],
  options: {
    readonly key?: KeyObject;
    readonly commonName?: string;
    readonly extendedKeyUsage?: readonly ExtendedKeyUsage[];
    readonly more?: readonly SanName[];
  } = {},
): string {
  const der = buildCsr({
    subject: options.commonName === undefined ? [] : [{ type: 'CN', value: options.commonName }],
    names: [
      ...names.map((value): SanName => ({ kind: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })),
      ...(options.more ?? []),
    ],
    extendedKeyUsage: options.extendedKeyUsage ?? [],
    keyUsage: [],
    key: options.key ?? makeAccountKey(),
    digest: 'sha256',
  });
  return Buffer.from(der).toString('base64url');
}

export function jwkOf(key: KeyObject): Record<string, unknown> {
  const {
    d: _d,
    p: _p,
    q: _q,
    dp: _dp,
    dq: _dq,
    qi: _qi,
    ...jwk
  } = key.export({ format: 'jwk' }) as Record<string, unknown>;
  return jwk;
}

function algorithmOf(key: KeyObject): KeyKind {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  return ({ prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' } as Record<string, KeyKind>)[curve] ?? 'ES256';
}

function signText(key: KeyObject, text: string): string {
  const hash = { EdDSA: null, RS256: 'sha256', ES256: 'sha256', ES384: 'sha384', ES512: 'sha512' }[algorithmOf(key)];
  return sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
