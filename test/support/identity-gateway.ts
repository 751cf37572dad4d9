/** The administration side with settings, trusted CAs and identities over a real data folder, called through its API. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccess } from '../../src/features/access/access.ts';
import { createAudit } from '../../src/features/audit/audit.ts';
import { createIdentity, type Identity, type IdentityDeps } from '../../src/features/identity/identity.ts';
import { identityRoutes } from '../../src/features/identity/routes.ts';
import { createSettings, type SettingsFeature, type SettingsPatch } from '../../src/features/settings/settings.ts';
import { openUpload } from '../../src/features/tools/tools.ts';
import { createTrustedCa, type TrustedCaFeature } from '../../src/features/trusted-ca/trusted-ca.ts';
import { createHttpApp } from '../../src/http/create-http-app.ts';
import { createHttpDoor } from '../../src/http/http-door.ts';
import { systemActor } from '../../src/lib/actor.ts';
import { createEvents } from '../../src/lib/events.ts';
import { openStorage, type Storage } from '../../src/storage/storage.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
}

export interface ProblemBody {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly hint?: string;
  readonly errors?: readonly {
    readonly code: string;
    readonly field: string;
    readonly detail: string;
    readonly hint?: string;
  }[];
  readonly warnings?: readonly { readonly code: string; readonly detail: string }[];
}

export interface IdentityGateway {
  readonly folder: string;
  readonly storage: Storage;
  readonly identity: Identity;
  readonly settings: SettingsFeature;
  readonly trustedCas: TrustedCaFeature;
  /** Added to the wall clock; in milliseconds. */
  readonly time: { offset: number };
  /** How often edges were told; `fail` makes them refuse, with that reason. */
  readonly publishing: { count: number; fail: string | undefined };
  /** Calls `/api/v1` + path as the owner of the machine does. */
  call(method: string, path: string, body?: unknown): Promise<ApiAnswer>;
  /** The JSON of a good answer; throws for any other. */
  must<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The Problem of a refusal; throws when the call succeeds. */
  refused(method: string, path: string, body?: unknown): Promise<ProblemBody & { readonly status: number }>;
  set(patch: SettingsPatch): Promise<void>;
  /** Every row of every table but `previews`, as one string: equal means that nothing changed. */
  state(): Promise<string>;
  auditActions(): Promise<string[]>;
  close(): Promise<void>;
}

/** A gateway after its first start, without edges, in a folder of its own that `close` removes. */
export async function startIdentityGateway(
  options: { readonly fqdn?: string } & Pick<IdentityDeps, 'purposesWithoutCrl'> = {},
): Promise<IdentityGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'));
  const storage = await openStorage(folder);
  const time = { offset: 0 };
  const clock = { now: () => Date.now() + time.offset, monotonic: () => performance.now() };
  const publishing: IdentityGateway['publishing'] = { count: 0, fail: undefined };
  const events = createEvents((error) => {
    throw error;
  });
  const settings = createSettings({ storage, clock, events });
  const trustedCas = createTrustedCa({ storage, clock, events, publicRoots: [] });
  const identity = createIdentity({
    storage,
    clock,
    events,
    settings,
    trustedCas,
    openUpload,
    ...(options.purposesWithoutCrl && { purposesWithoutCrl: options.purposesWithoutCrl }),
    hostName: 'Gate_Way-7.internal',
    publish: async () => {
      if (publishing.fail !== undefined) throw new Error(publishing.fail);
      publishing.count++;
    },
  });
  const set = async (patch: SettingsPatch) => {
    const { version } = await settings.get();
    await settings.update(systemActor('test'), patch, version);
  };
  if (options.fqdn !== undefined) await set({ fqdn: options.fqdn });
  await identity.ensureTemporary();
  const log: string[] = [];
  const door = createHttpDoor({ webFolder: join(folder, 'no-page') });
  const app = await createHttpApp({
    door,
    routes: identityRoutes(identity),
    access: createAccess({ storage, clock }),
    audit: createAudit({ storage }),
    log: { error: (event, fields) => void log.push(`${event} ${String(fields?.['error'])}`) },
  });
  const socketPath = join(folder, 'run', 'cli.sock');
  await door.intake.listen({ admin: join(folder, 'run', 'admin.sock'), cli: socketPath });
  const call = (method: string, path: string, body?: unknown) => send(socketPath, method, path, body);
  return {
    folder,
    storage,
    identity,
    settings,
    trustedCas,
    time,
    publishing,
    call,
    set,
    async must<T>(method: string, path: string, body?: unknown) {
      const answer = await call(method, path, body);
      if (answer.status >= 300)
        throw new Error(`${method} ${path}: ${answer.status} ${answer.text}\n${log.join('\n')}`);
      return answer.json as T;
    },
    async refused(method, path, body) {
      const answer = await call(method, path, body);
      if (answer.status < 400 || answer.status >= 500) {
        throw new Error(`${method} ${path} was not refused: ${answer.status} ${answer.text}\n${log.join('\n')}`);
      }
      return { ...(answer.json as ProblemBody), status: answer.status };
    },
    async state() {
      const tables = ['identity_slots', 'identity_versions', 'certificate_requests', 'known_keys'] as const;
      const rest = ['trusted_cas', 'settings', 'audit', 'embedded_crls', 'alarms'] as const;
      const rows = await Promise.all(
        [...tables, ...rest].map((table) => storage.db.selectFrom(table).selectAll().execute()),
      );
      return JSON.stringify(rows);
    },
    async auditActions() {
      return (await storage.db.selectFrom('audit').select('action').orderBy('seq').execute()).map((row) => row.action);
    },
    async close() {
      await app.close(200);
      await storage.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function send(socketPath: string, method: string, path: string, body: unknown): Promise<ApiAnswer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const sent = request({
    socketPath,
    agent: false,
    method,
    path: `/api/v1${path}`,
    headers: {
      host: 'localhost',
      'x-requested-by': 'test',
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
    },
  });
  sent.end(payload);
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
  return { status: response.statusCode ?? 0, text, json: isJson ? JSON.parse(text) : undefined };
}
