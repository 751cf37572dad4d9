/** The trusted CA list, settings and alarms behind the real API, with a session of an administrator. */
import type { TestContext } from 'node:test';
import { type AlarmsFeature, createAlarms } from '../../src/features/alarms/alarms.ts';
import { alarmsRoutes } from '../../src/features/alarms/routes.ts';
import { settingsRoutes } from '../../src/features/settings/routes.ts';
import { createSettings } from '../../src/features/settings/settings.ts';
import { trustedCaRoutes } from '../../src/features/trusted-ca/routes.ts';
import { type ChainUser, createTrustedCa, type TrustedCaFeature } from '../../src/features/trusted-ca/trusted-ca.ts';
import { createEvents } from '../../src/lib/events.ts';
import { type Answer, type SmallGateway, startSmallGateway } from './small-gateway.ts';

export interface TrustGateway {
  readonly gateway: SmallGateway;
  readonly trustedCa: TrustedCaFeature;
  readonly alarms: AlarmsFeature;
  /** What the gateway presents, as the test wants it. */
  readonly users: ChainUser[];
  /** A call as administrator, below /api/v1. */
  api(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Appends a file; `more` are further members of the body. */
  append(file: Uint8Array | string, more?: object): Promise<Answer>;
}

/** `roots`: the bundled public roots, none unless told. */
export async function startTrustGateway(
  context: Pick<TestContext, 'after'>,
  options: { readonly roots?: readonly Uint8Array[] } = {},
): Promise<TrustGateway> {
  const users: ChainUser[] = [];
  const made: { trustedCa?: TrustedCaFeature; alarms?: AlarmsFeature } = {};
  const gateway = await startSmallGateway({
    features: ({ storage, clock }) => {
      const events = createEvents((error) => {
        throw error;
      });
      const settings = createSettings({ storage, clock, events });
      const publicRoots = options.roots ?? [];
      const trustedCa = createTrustedCa({ storage, clock, events, users: async () => users, publicRoots });
      const overview = { settings: settings.get, identities: async () => [], trustedCas: trustedCa.list };
      const sources = [trustedCa.conditions, settings.conditions];
      const onError = (error: unknown): never => {
        throw error;
      };
      const alarms = createAlarms({ storage, clock, events, sources, overview, onError });
      Object.assign(made, { trustedCa, alarms });
      return [...settingsRoutes(settings), ...trustedCaRoutes(trustedCa), ...alarmsRoutes(alarms)];
    },
  });
  context.after(() => gateway.close());
  if (made.trustedCa === undefined || made.alarms === undefined) throw new Error('the features were not made');
  // Certificates that openssl makes begin now.
  gateway.time.now = Date.now();
  const session = await gateway.logIn();
  const api: TrustGateway['api'] = (method, path, body) => gateway.call(method, `/api/v1${path}`, { session, body });
  return {
    gateway,
    trustedCa: made.trustedCa,
    alarms: made.alarms,
    users,
    api,
    append: (file, more = {}) =>
      api('POST', '/trusted-cas', { file: Buffer.from(file).toString('base64'), name: 'cas.pem', ...more }),
  };
}
