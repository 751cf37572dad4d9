/** ACME of one gateway over its storage: ties the rules of this folder together, and keeps the scheduler going. */

import type { Actor } from '../../lib/actor.ts';
import { encodePem } from '../../pki/pem.ts';
import { parseSlot, type Slot, slotLabel } from '../identity/identity.ts';
import type { Acme, AcmeAccounts, AcmeProviders, AcmeSlots } from './acme.ts';
import type { AcmeDeps } from './acme-deps.ts';
import { acmeConditions } from './conditions.ts';
import { applyHttpListener, changeHttpListener, httpListenerView } from './http-listener.ts';
import { type Attempts, createAttempts } from './orders/attempts.ts';
import { createChallengeDesk } from './orders/challenge-desk.ts';
import { dnsSolver } from './orders/dns-solver.ts';
import { issuersOf } from './pre-flight/issuers.ts';
import { preFlight } from './pre-flight/pre-flight.ts';
import { noOrder, noProviderSet, notAnAcmeProvider } from './problems.ts';
import { acceptTerms, accountView } from './providers/accounts.ts';
import { deactivate, resetAccount, rollOver, updateContact } from './providers/manage-account.ts';
import {
  addProvider,
  changeProvider,
  ensureBuiltIn,
  findProvider,
  listProviders,
  orderProviders,
  removeProvider,
} from './providers/manage-providers.ts';
import type { Provider } from './providers/provider.ts';
import { directoryView, providerView } from './providers/provider-view.ts';
import { fingerprintOf } from './renewal/fingerprint-of.ts';
import { createScheduler } from './renewal/scheduler.ts';
import { deploySlot } from './slots/deploy.ts';
import {
  changeSlot,
  pendingPem,
  pendingText,
  retrySlot,
  revokeSlot,
  signSlot,
  testSlot,
} from './slots/manage-slots.ts';
import { knownOf } from './slots/slot-facts.ts';
import { shownOrder, slotView } from './slots/slot-view.ts';
import { timelineOf } from './slots/timeline.ts';
import * as store from './store.ts';

export type { AcmeDeps } from './acme-deps.ts';

/** Timers count no longer than this, so that a jump of the clock is noticed soon. */
const longestSleep = 15 * 60_000;

/** Nothing is done by itself before `start`. */
export function createAcme(deps: AcmeDeps): Acme {
  const desk = createChallengeDesk(deps, dnsSolver(deps.clock));
  const attempts = createAttempts(deps, desk);
  const scheduler = createScheduler(deps, attempts);
  const loop = createLoop(deps, scheduler.tick);
  let changes = 0;
  deps.events.on('changed', ({ feature }) => {
    if (feature === 'acme') changes++;
  });
  const changed = <T>(answer: T): T => {
    deps.events.emit('changed', { feature: 'acme' });
    loop.wake();
    return answer;
  };
  return {
    httpListener: {
      get: () => httpListenerView(deps),
      change: async (actor, patch) => {
        await changeHttpListener(deps, actor, patch);
        return changed(await httpListenerView(deps));
      },
    },
    providers: providersOf(deps, changed),
    accounts: accountsOf(deps, changed),
    slots: slotsOf(deps, attempts, changed),
    orders: async (slot) => {
      const rows = await store.selectOrders(deps.storage.db, slot, 50);
      return Promise.all(rows.map((row) => shownOrder(deps, row)));
    },
    running: async () => {
      const rows = await store.selectRunning(deps.storage.db);
      return { changes, orders: await Promise.all(rows.map((row) => shownOrder(deps, row))) };
    },
    order: async (id) => shownOrder(deps, await orderRow(deps, id)),
    abandon: async (actor, id) => {
      await orderRow(deps, id);
      await attempts.abandon(actor, id);
      return changed(await shownOrder(deps, await orderRow(deps, id)));
    },
    alpnChallenges: async () => desk.alpn(),
    conditions: (now) => acmeConditions(deps, now),
    tick: scheduler.tick,
    start: async () => {
      await ensureBuiltIn(deps);
      await deps.storage.transaction((trx) => store.deleteEndedChallenges(trx));
      await applyHttpListener(deps).catch(deps.onError);
      deps.events.on('changed', ({ feature }) => {
        if (feature === 'settings') applyHttpListener(deps).catch(deps.onError);
        // names that are demanded may have changed, a slot may be gone, a CSR may have come
        if (feature === 'settings' || feature === 'identity') loop.wake();
      });
      loop.start();
    },
    stop: async () => {
      loop.stop();
      await attempts.stop();
      scheduler.close();
    },
  };
}

type Changed = <T>(answer: T) => T;

function providersOf(deps: AcmeDeps, changed: Changed): AcmeProviders {
  const view = async (id: string) => providerView(deps, await findProvider(deps, id));
  const list = async () => Promise.all((await listProviders(deps)).map((one) => providerView(deps, one)));
  return {
    list,
    get: view,
    add: async (actor, request) => changed(await view(await addProvider(deps, actor, request))),
    change: async (actor, id, patch) => {
      await changeProvider(deps, actor, id, patch);
      return changed(await view(id));
    },
    remove: async (actor, id) => {
      await removeProvider(deps, actor, id);
      changed(undefined);
    },
    order: async (actor, ids) => {
      await orderProviders(deps, actor, ids);
      return changed(await list());
    },
    directory: async (id) => directoryView(deps, acmeOnly(await findProvider(deps, id))),
  };
}

function accountsOf(deps: AcmeDeps, changed: Changed): AcmeAccounts {
  const after = (act: (actor: Actor, provider: Provider) => Promise<void>) => async (actor: Actor, id: string) => {
    const provider = acmeOnly(await findProvider(deps, id));
    await act(actor, provider);
    return changed(await accountView(deps, provider));
  };
  return {
    create: (actor, id, terms) => after((who, provider) => acceptTerms(deps, who, provider, terms))(actor, id),
    updateContact: (actor, id, contact) =>
      after((who, provider) => updateContact(deps, who, provider, contact))(actor, id),
    rollOver: after((actor, provider) => rollOver(deps, actor, provider)),
    deactivate: after((actor, provider) => deactivate(deps, actor, provider)),
    reset: after((actor, provider) => resetAccount(deps, actor, provider)),
  };
}

function slotsOf(deps: AcmeDeps, attempts: Attempts, changed: Changed): AcmeSlots {
  const view = (slot: Slot) => slotView(deps, slot);
  const allSlots = async () => (await deps.identity.overview()).map(({ slot }) => parseSlot(slot));
  const checks = async (slot: Slot, id: string | undefined) => {
    const { settings } = await knownOf(deps, slot);
    const chosen = id ?? settings.providers[0];
    if (chosen === undefined) throw noProviderSet(slotLabel(slot));
    return preFlight(deps, slot, await findProvider(deps, chosen));
  };
  const allIssuers = async (slot: Slot) => {
    const { settings } = await knownOf(deps, slot);
    const all = await Promise.all(
      settings.providers.map(async (id) => issuersOf(deps, slot, await findProvider(deps, id))),
    );
    return [...new Map(all.flat().map((one) => [fingerprintOf(one), one])).values()];
  };
  return {
    list: async () => Promise.all((await allSlots()).map(view)),
    get: view,
    change: async (actor, slot, patch) => {
      await changeSlot(deps, actor, slot, patch);
      return changed(await view(slot));
    },
    sign: async (actor, slot, provider) => changed(await signSlot(deps, attempts, actor, slot, provider)),
    test: async (actor, slot, provider) => changed(await testSlot(deps, attempts, actor, slot, provider)),
    retryNow: async (actor, slot) => {
      await retrySlot(deps, actor, slot);
      return changed(await view(slot));
    },
    pendingPem: (slot) => pendingPem(deps, slot),
    pendingText: (slot) => pendingText(deps, slot),
    deploy: async (actor, slot) => {
      const serving = await deploySlot(deps, actor, slot);
      return changed({ ...serving, slot: await view(slot) });
    },
    discardPending: async (actor, slot) => {
      await deps.identity.discardPending(actor, slot);
      return changed(await view(slot));
    },
    revoke: async (actor, slot, which, reason) => {
      await revokeSlot(deps, actor, slot, which, reason);
      return changed(await view(slot));
    },
    preFlight: checks,
    issuersPem: async (slot) => (await allIssuers(slot)).map(({ der }) => encodePem('CERTIFICATE', der)).join(''),
    appendIssuers: async (actor, slot) => {
      const issuers = await allIssuers(slot);
      if (issuers.length > 0) await deps.storage.transaction((trx) => deps.trustedCas.addWithin(trx, actor, issuers));
      deps.events.emit('changed', { feature: 'trusted-ca' });
      return checks(slot, undefined);
    },
    timeline: async (slot) => timelineOf(deps, slot === undefined ? await allSlots() : [slot]),
  };
}

async function orderRow({ storage }: AcmeDeps, id: string): Promise<store.OrderRow> {
  const row = await store.selectOrder(storage.db, id);
  if (row === undefined) throw noOrder(id);
  return row;
}

function acmeOnly(provider: Provider): Provider {
  if (provider.kind !== 'acme') throw notAnAcmeProvider(provider.name);
  return provider;
}

/** Calls `tick` again and again; `wake` calls it soon. One at a time. */
function createLoop(deps: AcmeDeps, tick: () => Promise<number>) {
  let timer: NodeJS.Timeout | undefined;
  let state: 'stopped' | 'idle' | 'busy' | 'again' = 'stopped';
  const sleep = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), Math.min(Math.max(ms, 0), longestSleep));
    timer.unref();
  };
  const run = async (): Promise<void> => {
    if (state !== 'idle') return;
    state = 'busy';
    let next = deps.clock.now() + longestSleep;
    try {
      next = await tick();
    } catch (error) {
      deps.onError(error);
    }
    // read anew: it may have been woken or stopped while it was busy
    const now: string = state;
    if (now === 'stopped') return;
    state = 'idle';
    sleep(now === 'again' ? 100 : next - deps.clock.now());
  };
  return {
    start: () => {
      state = 'idle';
      sleep(1000);
    },
    wake: () => {
      if (state === 'busy') state = 'again';
      else if (state === 'idle') sleep(100);
    },
    stop: () => {
      state = 'stopped';
      clearTimeout(timer);
    },
  };
}
