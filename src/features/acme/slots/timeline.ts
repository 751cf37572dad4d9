/** What happened to the certificates and what will: orders, deployments, the next renewal, the end. */
import { type Slot, slotLabel } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { readOrderFields } from '../orders/order-record.ts';
import { readProvider } from '../providers/provider.ts';
import type { AcmeTimelineEntry } from '../schemas.ts';
import * as store from '../store.ts';
import { knownOf, type SlotKnown } from './slot-facts.ts';

/** Oldest first; what is planned comes last. */
export async function timelineOf(deps: AcmeDeps, slots: readonly Slot[]): Promise<AcmeTimelineEntry[]> {
  const names = new Map((await store.selectProviders(deps.storage.db)).map((row) => [row.id, readProvider(row).name]));
  const entries: AcmeTimelineEntry[] = [];
  for (const slot of slots) {
    for (const row of await store.selectOrders(deps.storage.db, slot, 50)) {
      if (row.state !== 'running') entries.push(orderEntry(row, names.get(row.provider) ?? row.provider));
    }
    entries.push(...plannedOf(await knownOf(deps, slot), deps.clock.now()));
  }
  return entries.sort((a, b) => Number(a.planned) - Number(b.planned) || a.at.localeCompare(b.at));
}

function orderEntry(row: store.OrderRow, provider: string): AcmeTimelineEntry {
  const ok = row.state === 'done';
  const { problem } = readOrderFields(row);
  const test = row.purpose === 'test';
  return {
    at: new Date(row.updated_at).toISOString(),
    slot: row.slot,
    what: ok
      ? test
        ? 'tested'
        : 'signed'
      : row.state === 'abandoned'
        ? 'stopped'
        : test
          ? 'test-failed'
          : 'sign-failed',
    words: ok
      ? `${test ? 'Tested with' : 'Signed by'} ${provider}.`
      : `${provider}: ${problem?.detail ?? 'no reason is known'}`,
    ok,
    planned: false,
  };
}

function plannedOf({ slot, state, plan, served }: SlotKnown, now: number): AcmeTimelineEntry[] {
  const label = slotLabel(slot);
  const entry = (at: number, what: string, words: string, planned: boolean, ok = true): AcmeTimelineEntry => ({
    at: new Date(at).toISOString(),
    slot,
    what,
    words,
    ok,
    planned,
  });
  const entries: AcmeTimelineEntry[] = [];
  const { lastDeploy } = state;
  if (lastDeploy !== null) {
    entries.push(
      entry(lastDeploy.at, lastDeploy.ok ? 'deployed' : 'deploy-failed', lastDeploy.words, false, lastDeploy.ok),
    );
  }
  if (plan.attemptAt !== undefined) entries.push(entry(plan.attemptAt, 'sign', `${label} is renewed.`, true));
  if (plan.deployAt !== undefined) entries.push(entry(plan.deployAt, 'deploy', `${label} is deployed.`, true));
  if (served !== undefined) {
    const ended = served.leaf.notAfter <= now;
    entries.push(entry(served.leaf.notAfter, 'end', `${label} ${ended ? 'ended' : 'ends'}.`, !ended, !ended));
  }
  return entries;
}
