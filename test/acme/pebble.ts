/** Pebble, the ACME server that Let's Encrypt has for tests, with its own DNS server, on free ports of loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpsTransport } from '../../src/features/acme/client/wire/https-transport.ts';
import { type Certificate, parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { decodePem } from '../../src/pki/pem.ts';
import { freePorts } from '../support/free-port.ts';
import { makeCa, makeLeaf } from '../support/made-certificates.ts';

export interface PebbleOptions {
  /** Percent of good nonces that are refused all the same; 0 unless told. */
  readonly nonceReject?: number;
  /** Percent of valid authorizations that are used again; 0 unless told. */
  readonly reuse?: number;
  /** Certificates in a chain without the leaf; 1 unless told. */
  readonly chainLength?: number;
  readonly alternateRoots?: number;
  /** Seconds that a validation takes at most; none unless told. */
  readonly validationSleep?: number;
  /** Key identifiers and base64url HMAC keys of external accounts; with them, no other is taken. */
  readonly externalAccounts?: Readonly<Record<string, string>>;
  /** Another DNS server than its own, as `address:port`. */
  readonly dns?: string;
  /** Lifetime of certificates in seconds. */
  readonly validity?: number;
}

export interface Pebble {
  readonly directoryUrl: string;
  /** PEM of the CA of its HTTPS certificate. */
  readonly ca: string;
  readonly httpPort: number;
  readonly tlsPort: number;
  /** `127.0.0.1:port` of its DNS server. */
  readonly dns: string;
  /** The roots of what it issues. */
  roots(): Promise<readonly Certificate[]>;
  /** Puts a TXT record into its DNS server, or takes it away. */
  setTxt(name: string, value: string): Promise<void>;
  clearTxt(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function startPebble(options: PebbleOptions = {}): Promise<Pebble> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-pebble-'));
  const [listen, management, httpPort, tlsPort, dns, records] = freePorts(6);
  const ca = makeCa('Pebble of the test');
  const served = makeLeaf('localhost', ca, {
    extensions: {
      subjectAltName: [
        { kind: 'dns', value: 'localhost' },
        { kind: 'ip', value: '127.0.0.1' },
      ],
    },
  });
  writeFileSync(join(folder, 'cert.pem'), served.pem);
  writeFileSync(join(folder, 'key.pem'), served.key.export({ type: 'pkcs8', format: 'pem' }));
  const pebble = {
    listenAddress: `127.0.0.1:${listen}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: join(folder, 'cert.pem'),
    privateKey: join(folder, 'key.pem'),
    httpPort,
    tlsPort,
    ocspResponderURL: '',
    externalAccountBindingRequired: options.externalAccounts !== undefined,
    ...(options.externalAccounts !== undefined && { externalAccountMACKeys: options.externalAccounts }),
    ...(options.validity !== undefined && { certificateValidityPeriod: options.validity }),
  };
  writeFileSync(join(folder, 'pebble.json'), JSON.stringify({ pebble }));
  const env = {
    PATH: process.env['PATH'],
    PEBBLE_WFE_NONCEREJECT: String(options.nonceReject ?? 0),
    PEBBLE_AUTHZREUSE: String(options.reuse ?? 0),
    PEBBLE_CHAIN_LENGTH: String(options.chainLength ?? 1),
    PEBBLE_ALTERNATE_ROOTS: String(options.alternateRoots ?? 0),
    ...(options.validationSleep === undefined
      ? { PEBBLE_VA_NOSLEEP: '1' }
      : { PEBBLE_VA_SLEEPTIME: String(options.validationSleep) }),
  };
  const none = ['-http01', '', '-https01', '', '-tlsalpn01', ''];
  const children = [
    run('pebble-challtestsrv', env, [
      ...['-defaultIPv6', '', '-defaultIPv4', '127.0.0.1', '-dns01', `127.0.0.1:${dns}`, ...none],
      ...['-management', `127.0.0.1:${records}`],
    ]),
    run('pebble', env, ['-config', join(folder, 'pebble.json'), '-dnsserver', options.dns ?? `127.0.0.1:${dns}`]),
  ];
  const transport = createHttpsTransport({ ca: [ca.pem], allowed: ['127.0.0.1'] });
  const directoryUrl = `https://127.0.0.1:${listen}/dir`;
  const get = async (url: string): Promise<Uint8Array> =>
    (await transport.send({ method: 'GET', url: new URL(url), maxBytes: 1 << 20 })).body;
  const close = async (): Promise<void> => {
    transport.close();
    await Promise.all(children.map(stop));
    rmSync(folder, { recursive: true });
  };
  try {
    await answers(async () => void (await get(directoryUrl)));
    await answers(() => post(`http://127.0.0.1:${records}/clear-txt`, { host: 'nothing.test.' }));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    directoryUrl,
    ca: ca.pem,
    httpPort: httpPort!,
    tlsPort: tlsPort!,
    dns: `127.0.0.1:${dns}`,
    roots: async () => {
      const numbers = Array.from({ length: 1 + (options.alternateRoots ?? 0) }, (_, i) => i);
      return Promise.all(
        numbers.map(async (i) => certificateOf(await get(`https://127.0.0.1:${management}/roots/${i}`))),
      );
    },
    setTxt: (name, value) => post(`http://127.0.0.1:${records}/set-txt`, { host: `${name}.`, value }),
    clearTxt: (name) => post(`http://127.0.0.1:${records}/clear-txt`, { host: `${name}.` }),
    close,
  };
}

/** A web server that answers HTTP-01, as the gateway's own process on port 80 does. */
export async function startTokenServer(port: number): Promise<{
  readonly tokens: Map<string, string>;
  serve(token: string, keyAuthorization: string): Promise<void>;
  withdraw(token: string): Promise<void>;
  close(): Promise<void>;
}> {
  const tokens = new Map<string, string>();
  const server: Server = createServer((request, response) => {
    const found = tokens.get((request.url ?? '').replace('/.well-known/acme-challenge/', ''));
    response.writeHead(found === undefined ? 404 : 200).end(found ?? '');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    tokens,
    serve: async (token, keyAuthorization) => void tokens.set(token, keyAuthorization),
    withdraw: async (token) => void tokens.delete(token),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function run(name: string, env: NodeJS.ProcessEnv, args: readonly string[]): ChildProcess {
  return spawn(name, args, { env, stdio: 'ignore' });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

async function answers(ask: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 800) throw error;
      await sleep(25);
    }
  }
}

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
}

function certificateOf(pem: Uint8Array): Certificate {
  const blocks = decodePem(pem);
  const parsed = parseCertificate(blocks.ok ? blocks.value[0]!.der : new Uint8Array());
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}
