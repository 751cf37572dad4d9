/** A host that is to be validated: web server, TLS server and DNS records on loopback, free to answer as a test wants. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import type { NameServer } from '../../src/features/acme-server/acme-server.ts';
import { octetString } from '../../src/pki/der/writer.ts';
import { makeLeaf } from './made-certificates.ts';

export interface ChallengeHost {
  readonly http: number;
  readonly https: number;
  readonly tls: number;
  /** How the web server answers. */
  web: RequestListener;
  /** What the TLS server speaks and shows. */
  shown: { alpn: readonly string[]; certificate: { readonly key: string; readonly cert: string } };
  /** Server names asked for. */
  readonly names: string[];
}

export async function startChallengeHost(t: Pick<TestContext, 'after'>, address = '127.0.0.1'): Promise<ChallengeHost> {
  const plain = certificateFor('dns', 'host.test');
  const listener: RequestListener = (request, response) => host.web(request, response);
  const http = createHttp(listener);
  const https = createHttps({ key: plain.key, cert: plain.cert }, listener);
  const options: TlsOptions = {
    ALPNCallback: ({ servername, protocols }) => {
      host.names.push(servername);
      return protocols.find((one) => host.shown.alpn.includes(one));
    },
    SNICallback: (_name, done) => done(null),
  };
  const tls = createTls(options);
  tls.on('tlsClientError', () => undefined);
  for (const server of [http, https, tls]) {
    server.on('error', () => undefined);
    server.listen(0, address);
    await once(server, 'listening');
    t.after(() => server.close());
  }
  const port = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  let shown: ChallengeHost['shown'] = { alpn: ['acme-tls/1'], certificate: plain };
  const host: ChallengeHost = {
    http: port(http),
    https: port(https),
    tls: port(tls),
    web: (_request, response) => response.writeHead(404).end(),
    get shown() {
      return shown;
    },
    set shown(next) {
      shown = next;
      tls.setSecureContext({ key: next.certificate.key, cert: next.certificate.cert });
    },
    names: [],
  };
  host.shown = shown;
  return host;
}

/** A certificate as TLS-ALPN-01 wants it when a key authorization is given (RFC 8737 3). */
export function certificateFor(
  kind: 'dns' | 'ip',
  name: string,
  options: {
    readonly keyAuthorization?: string;
    readonly critical?: boolean;
    readonly others?: readonly string[];
  } = {},
): { readonly key: string; readonly cert: string } {
  const { keyAuthorization, critical = true, others = [] } = options;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const hash = keyAuthorization === undefined ? undefined : createHash('sha256').update(keyAuthorization).digest();
  const { pem } = makeLeaf(name, undefined, {
    key: privateKey,
    notBefore: Date.now() - 3_600_000,
    notAfter: Date.now() + 86_400_000,
    extensions: {
      subjectAltName: [{ kind, value: name }, ...others.map((value) => ({ kind: 'dns' as const, value }))],
      ...(hash && { other: [{ oid: '1.3.6.1.5.5.7.1.31', critical, value: octetString(hash) }] }),
    },
  });
  return { key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })), cert: pem };
}

/** Answers from tables; what is not in them does not exist. */
export function namesFrom(
  addresses: Readonly<Record<string, readonly string[]>>,
  texts: Readonly<Record<string, readonly string[]>> = {},
  aliases: Readonly<Record<string, string>> = {},
): NameServer {
  const missing = () => Object.assign(new Error('no such name'), { code: 'ENOTFOUND', syscall: 'query' });
  return {
    async addresses(host) {
      const found = addresses[host];
      if (found === undefined) throw missing();
      return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
    async texts(name) {
      const found = texts[name];
      if (found === undefined) throw missing();
      return found;
    },
    alias: async (name) => aliases[name],
    caa: async () => [],
  };
}
