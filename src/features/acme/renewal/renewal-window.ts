/** Asks the CA when it would like a certificate to be renewed (RFC 9773), as often as it may, and keeps the answer. */
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import type { Slot } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { AcmeProblem } from '../client/acme-problem.ts';
import { ariCertificateId } from '../client/resource/renewal-info.ts';
import { nextSuggestionAt } from '../client/timing/renewal-plan.ts';
import { type OpenAccount, openDirectory } from '../providers/accounts.ts';
import { waitUntil } from '../providers/limits.ts';
import { type Provider, readProvider } from '../providers/provider.ts';
import { changeState, issuerOf, readSlotState, type SlotState, withoutFuture } from '../slots/slot-state.ts';
import * as store from '../store.ts';
import { fingerprintOf } from './fingerprint-of.ts';

const hour = 3_600_000;

export interface RenewalWindows {
  /** Nothing is asked before it is due, nor of a CA that did not issue the certificate. Answers whether it was asked. */
  ask(slot: Slot, leaf: Certificate): Promise<boolean>;
  /** Closes the connections that were kept. */
  close(): void;
}

/** One conversation with each CA, so that many certificates need few connections. */
export function createRenewalWindows(deps: AcmeDeps): RenewalWindows {
  const kept = new Map<string, { readonly version: number; readonly opened: Promise<OpenAccount> }>();
  const open: Open = (provider) => {
    const there = kept.get(provider.id);
    if (there?.version === provider.version) return there.opened;
    there?.opened.then(({ close }) => close()).catch(deps.onError);
    const opened = openDirectory(deps, provider, provider.directoryUrl);
    kept.set(provider.id, { version: provider.version, opened });
    return opened;
  };
  return {
    ask: (slot, leaf) => askForWindow(deps, open, slot, leaf),
    close: () => {
      for (const { opened } of kept.values()) opened.then(({ close }) => close()).catch(deps.onError);
      kept.clear();
    },
  };
}

type Open = (provider: Provider) => Promise<OpenAccount>;

async function askForWindow(deps: AcmeDeps, open: Open, slot: Slot, leaf: Certificate): Promise<boolean> {
  const { storage, clock } = deps;
  const now = clock.now();
  const state = withoutFuture(readSlotState(await store.selectSlot(storage.db, slot)), now);
  const id = ariCertificateId(leaf);
  const row = await store.selectProvider(storage.db, issuerOf(state, fingerprintOf(leaf)) ?? '');
  const provider = row === undefined ? undefined : readProvider(row);
  if (state.askAt > now || id === undefined || provider?.kind !== 'acme') return false;
  // RFC 9773 4.3
  if (leaf.notAfter <= now) return false;
  const wait = await waitUntil(deps, provider.directoryUrl);
  const answer = wait === null ? await ask(deps, await open(provider), id, state) : { askAt: wait };
  await storage.transaction((trx) => changeState(trx, slot, () => answer));
  return true;
}

async function ask(deps: AcmeDeps, account: OpenAccount, id: string, state: SlotState): Promise<Partial<SlotState>> {
  const now = deps.clock.now();
  try {
    const { info, askAgainAt } = await account.client.renewalInfo(id);
    const suggested = { start: info.start, end: info.end, explanation: info.explanation ?? '' };
    return { suggested, askAt: nextSuggestionAt(now, askAgainAt) };
  } catch (error) {
    if (!(error instanceof AcmeProblem)) throw error;
    // RFC 9773 4.3.3: an answer that is late does not undo the last one
    const suggested = error.code === 'acme.not-offered' ? null : state.suggested;
    return { suggested, askAt: Math.max(now + 6 * hour, error.failure.retryAt ?? 0) };
  }
}
