/**
 * The ACME server (RFC 8555): the private CA as a service from which certbot, lego, Caddy and every other client enrol
 * and renew by themselves. Every request is hostile until its signature, its nonce and its URL were checked. The front
 * door: what `http` hands requests to, and what the operator sees and decides.
 */
import type { Actor } from '../../lib/actor.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Condition } from '../../lib/condition.ts';
import type { Events } from '../../lib/events.ts';
import type { Storage } from '../../storage/storage.ts';
import { changeSettings, readSettings } from '../settings/settings.ts';
import { createAccountDesk } from './accounts/account-desk.ts';
import type { AcmeServerSettings, AcmeServerSettingsPatch } from './acme-server-settings.ts';
import { defaultAcmeServerSettings, keptAcmeServerSettings } from './acme-server-settings.ts';
import { createValidationRunner } from './authorizations/validation-runner.ts';
import { acmeServerConditions } from './conditions.ts';
import type { IssuingCa } from './issuing-ca.ts';
import { cleanUp } from './orders/clean-up.ts';
import { resumeOrders } from './orders/issue-for-order.ts';
import { createOrderDesk } from './orders/order-desk.ts';
import { type Core, noRequest } from './protocol/core.ts';
import { createDispatch } from './protocol/dispatch.ts';
import type { AcmeAnswer, AcmeRequest } from './protocol/exchange.ts';
import { createNonces } from './protocol/nonces.ts';
import { createRequestRate } from './protocol/rates.ts';
import { applySettingsPatch } from './settings-patch.ts';
import { createNameServer } from './validation/name-server.ts';
import { createValidate, type Validate, type ValidateOptions } from './validation/validate.ts';

export type { AccountView, EabKeyView, NewEabKey } from './accounts/account-desk.ts';
export {
  type AcmeServerLimits,
  type AcmeServerSettings,
  type AcmeServerSettingsPatch,
  type ChallengeType,
  challengeTypes,
  defaultAcmeServerSettings,
} from './acme-server-settings.ts';
export { gatewayHosts } from './gateway-hosts.ts';
export type {
  CertifiedName,
  IssuedChain,
  IssuedState,
  IssuingCa,
  IssuingRequest,
  IssuingTemplate,
} from './issuing-ca.ts';
export type { OrderDetails, OrderSummary } from './orders/order-desk.ts';
export { privateCaIssuer } from './private-ca-issuer.ts';
export type { AcmeAnswer, AcmeRequest } from './protocol/exchange.ts';
export type { NameServer } from './validation/name-server.ts';
export type { Validate, ValidationPorts, ValidationSubject } from './validation/validate.ts';

export interface AcmeServer {
  /** One request below `/acme/<name>/`; never rejects. Answers 404 while the server is off. */
  handle(request: AcmeRequest): Promise<AcmeAnswer>;
  settings(): Promise<AcmeServerSettings>;
  /** Templates that could be offered; empty while there is no CA. */
  templates: IssuingCa['templates'];
  /** Throws `acme-server.stale` (409), `acme-server.invalid` (422) with every field that is wrong. */
  updateSettings(actor: Actor, patch: AcmeServerSettingsPatch, expectedVersion: number): Promise<AcmeServerSettings>;
  readonly accounts: ReturnType<typeof createAccountDesk>;
  readonly orders: ReturnType<typeof createOrderDesk>;
  conditions(): Promise<readonly Condition[]>;
  /** Goes on with what a stop cut short and tidies up hourly, until the function it returns is called. */
  start(): Promise<() => Promise<void>>;
}

export interface AcmeServerDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: Events;
  readonly ca: IssuingCa;
  /** Names and addresses of the gateway itself, lower-case, by which clients may call. */
  readonly ownHosts: () => Promise<readonly string[]>;
  readonly onError: (error: unknown) => void;
}

/** What demonstrations and tests change; nothing of it can be set from outside. */
export interface AcmeServerTesting extends ValidateOptions {
  /** Instead of the whole validation. */
  readonly validate?: Validate;
  /** Milliseconds before each further try. */
  readonly pauses?: readonly number[];
  /** Whether a proof that is still good is used again; asked for each order. */
  readonly reuses?: () => boolean;
}

const hourly = 3_600_000;
const aMinute = 60_000;

/** Nothing is answered before `start`. */
export function createAcmeServer(deps: AcmeServerDeps, testing: AcmeServerTesting = {}): AcmeServer {
  const { storage, clock, events, ca, onError } = deps;
  let current = defaultAcmeServerSettings;
  const core: Core = {
    storage,
    clock,
    ca,
    onError,
    nonces: createNonces(clock),
    settings: () => current,
    isOwnHost: async (host) => current.hosts.includes(host) || (await deps.ownHosts()).includes(host),
    validate: testing.validate ?? createValidate(testing),
    nameServer: testing.nameServer === undefined ? createNameServer : () => testing.nameServer!,
    issuing: new Set(),
    reuses: testing.reuses ?? (() => true),
  };
  const runner = createValidationRunner(core, testing.pauses);
  const templates = () => ca.templates();
  return {
    handle: createDispatch(core, runner, createRequestRate(clock)),
    settings: async () => current,
    templates,
    async updateSettings(actor, patch, expectedVersion) {
      const known = (await templates()).map(({ name }) => name);
      const change = (before: AcmeServerSettings) => applySettingsPatch(before, patch, known);
      const detail = { fields: Object.keys(patch).sort() };
      current = await storage.transaction((trx) =>
        changeSettings(trx, keptAcmeServerSettings, { actor, version: expectedVersion, change, detail }),
      );
      events.emit('changed', { feature: 'acme-server' });
      return current;
    },
    accounts: createAccountDesk(core),
    orders: createOrderDesk(core),
    conditions: async () => acmeServerConditions(storage.db, current, await templates(), clock.now()),
    async start() {
      current = await readSettings(storage.db, keptAcmeServerSettings);
      await resumeOrders(core, noRequest);
      await runner.resume();
      const tidy = (): void => void cleanUp(storage, clock.now()).catch(onError);
      const timers = [setInterval(tidy, hourly), setTimeout(tidy, aMinute)];
      for (const timer of timers) timer.unref();
      return async () => {
        for (const timer of timers) clearTimeout(timer);
        await runner.settled();
      };
    },
  };
}
