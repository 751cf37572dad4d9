/** The HTTP side over a real data folder and real sockets, without edges: what arrives as if an edge had sent it. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Access, createAccess } from '../../src/features/access/access.ts';
import { accessRoutes } from '../../src/features/access/routes.ts';
import { type Audit, createAudit } from '../../src/features/audit/audit.ts';
import { auditRoutes } from '../../src/features/audit/routes.ts';
import { createHttpApp, type HttpAppDeps } from '../../src/http/create-http-app.ts';
import { createHttpDoor } from '../../src/http/http-door.ts';
import { systemActor } from '../../src/lib/actor.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Route } from '../../src/lib/route.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openStorage, type Storage } from '../../src/storage/storage.ts';

export const goodPassword = 'plum orbit canvas 47 lantern';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface Call {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** A session cookie's value. */
  readonly session?: string | undefined;
  readonly token?: string;
  readonly address?: string;
  readonly sni?: string;
  /** Client certificates that an edge saw, base64 of the DER. */
  readonly chain?: readonly string[];
  /** Leaves out what a page of the gateway sends with a change. */
  readonly bare?: boolean;
}

export interface SmallGateway {
  readonly storage: Storage;
  readonly access: Access;
  readonly audit: Audit;
  readonly routes: readonly Route[];
  readonly log: string[];
  readonly cliSocket: string;
  /** Wall and monotonic time; moved by the test. */
  readonly time: { now: number };
  call(method: string, path: string, call?: Call): Promise<Answer>;
  /** A connection behind its preamble, for bytes no client would send. */
  open(preamble?: object | string): Promise<Socket>;
  /** Makes a user and logs in; the cookie's value. */
  logIn(name?: string, role?: 'administrator' | 'auditor'): Promise<string>;
  close(): Promise<void>;
}

export interface SmallGatewayOptions extends Partial<Omit<HttpAppDeps, 'door'>> {
  readonly strictTransport?: () => boolean;
  /** Routes of features that stand on the same storage and clock. */
  readonly features?: (on: { readonly storage: Storage; readonly clock: Clock }) => readonly Route[];
}

/** A folder of its own below the system's temporary folder, removed by `close`. */
export async function startSmallGateway(options: SmallGatewayOptions = {}): Promise<SmallGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'));
  const time = { now: Date.UTC(2026, 10, 21, 9) };
  const clock: Clock = { now: () => time.now, monotonic: () => time.now };
  const storage = await openStorage(folder);
  const access = createAccess({ storage, clock });
  const audit = createAudit({ storage });
  const routes = [
    ...accessRoutes(access),
    ...auditRoutes(audit),
    ...(options.routes ?? []),
    ...(options.features?.({ storage, clock }) ?? []),
  ];
  const log: string[] = [];
  const { strictTransport } = options;
  const door = createHttpDoor({ webFolder: join(folder, 'no-page'), ...(strictTransport && { strictTransport }) });
  const app = await createHttpApp({
    door,
    log: { error: (event, fields) => log.push(`${event} ${String(fields?.['error'])}`) },
    clock,
    ...options,
    routes,
    access,
    audit,
  });
  const adminSocket = join(folder, 'run', 'admin.sock');
  const cliSocket = join(folder, 'run', 'cli.sock');
  await door.intake.listen({ admin: adminSocket, cli: cliSocket });

  const open = async (preamble: object | string = {}) => {
    const socket = connect(adminSocket);
    await once(socket, 'connect');
    socket.on('error', () => {});
    socket.write(typeof preamble === 'string' ? preamble : `${JSON.stringify({ ...edgePreamble, ...preamble })}\n`);
    return socket;
  };
  const call = async (method: string, path: string, options: Call = {}) => {
    const { body, session, token, address, sni, bare, chain } = options;
    const socket = await open({
      ...(address ? { remoteAddress: address } : {}),
      ...(sni ? { sni } : {}),
      ...(chain ? { chain } : {}),
    });
    const sent = request({
      createConnection: () => socket,
      method,
      path,
      headers: {
        host: 'gateway.test:8443',
        connection: 'close',
        ...(session === undefined ? {} : { cookie: `__Host-tollgate=${session}` }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(bare || method === 'GET' ? {} : { origin: 'https://gateway.test:8443', 'x-requested-by': 'test' }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
    });
    const answer = await answered(sent, body);
    socket.destroy();
    return answer;
  };
  const admin = systemActor('test');
  return {
    storage,
    access,
    audit,
    routes,
    log,
    cliSocket,
    time,
    open,
    call,
    async logIn(name = 'ada', role = 'administrator') {
      const users = await access.users.list();
      if (!users.some((user) => user.name === name))
        await access.users.create(admin, { name, role, password: new Secret(goodPassword) });
      const answer = await call('POST', '/api/v1/session', { body: { name, password: goodPassword } });
      return cookieOf(answer) ?? '';
    },
    async close() {
      await app.close(200);
      await storage.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The session token an answer sets; undefined when it sets none. */
export function cookieOf(answer: Answer): string | undefined {
  return /^__Host-tollgate=([\w-]+);/.exec(answer.headers['set-cookie']?.[0] ?? '')?.[1];
}

const edgePreamble = {
  v: 1,
  remoteAddress: '192.0.2.10',
  remotePort: 40000,
  localPort: 8443,
  sni: '',
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  chain: [],
  decision: null,
};

async function answered(sent: ClientRequest, body: unknown): Promise<Answer> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  if (body === undefined) sent.end();
  else sent.setHeader('content-length', Buffer.byteLength(payload)).end(payload);
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
  return { status: response.statusCode, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
}
