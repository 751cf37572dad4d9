/**
 * Where the browser is, as wouter wants it, with one addition: while a form has unsaved changes, every way out of the
 * page asks first. Links, the search box and the Back button go through here.
 */
import { useSyncExternalStore } from 'react';

type Ask = () => Promise<boolean>;

const listeners = new Set<() => void>();
let current = window.location.pathname;
let ask: Ask | undefined;

/** The location hook for wouter's Router: the path and how to go elsewhere. */
export function useGuardedLocation(): [string, (to: string, options?: { replace?: boolean }) => void] {
  return [useSyncExternalStore(subscribe, () => current), navigate];
}

/** Goes to `to`, asking first when a guard is set. `to` may carry a query and a fragment. */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  void leave(() => {
    if (options.replace) window.history.replaceState(null, '', to);
    else window.history.pushState(null, '', to);
    settle();
    if (!window.location.hash) window.scrollTo(0, 0);
  });
}

/** Sets the question to ask before leaving; `undefined` lifts the guard. */
export function guardLocation(question: Ask | undefined): void {
  ask = question;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function leave(go: () => void): Promise<void> {
  const guard = ask;
  if (guard && !(await guard())) return;
  ask = undefined;
  go();
}

function settle(): void {
  current = window.location.pathname;
  for (const listener of listeners) listener();
}

window.addEventListener('popstate', () => {
  if (!ask || window.location.pathname === current) return settle();
  const target = window.location.pathname + window.location.search + window.location.hash;
  // The browser has moved already: put the old address back, then ask.
  window.history.pushState(null, '', current);
  navigate(target);
});

window.addEventListener('beforeunload', (event) => {
  if (ask) event.preventDefault();
});
