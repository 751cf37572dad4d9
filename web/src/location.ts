/**
 * Where the browser is, as wouter wants it, with one addition: while a form has unsaved changes, every way out of the
 * page asks first. Links, the search box and the Back button go through here.
 */
import { useSyncExternalStore } from 'react';

type Ask = () => Promise<boolean>;

const listeners = new Set<() => void>();
let current = window.location.pathname;
/** With query and fragment. */
let address = window.location.href;
let ask: Ask | undefined;

/** The location hook for wouter's Router: the path and how to go elsewhere. */
export function useGuardedLocation(): [string, (to: string, options?: Way) => void] {
  return [useSyncExternalStore(subscribe, () => current), navigate];
}

interface Way {
  readonly replace?: boolean;
  /** What was typed is saved by now: nobody is asked. */
  readonly saved?: boolean;
}

/** Goes to `to`, asking first when a guard is set. `to` may carry a query and a fragment. */
export function navigate(to: string, { replace, saved }: Way = {}): void {
  const go = () => {
    if (replace) window.history.replaceState(null, '', to);
    else window.history.pushState(null, '', to);
    settle();
    if (!window.location.hash) window.scrollTo(0, 0);
  };
  if (saved) go();
  else void leave(go);
}

/** Runs `go`, which takes away what the page shows, asking first when a guard is set. */
export async function leave(go: () => void): Promise<void> {
  if (!ask || (await ask())) go();
}

/** Sets the question to ask before leaving; `undefined` lifts the guard. */
export function guardLocation(question: Ask | undefined): void {
  ask = question;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function settle(): void {
  current = window.location.pathname;
  address = window.location.href;
  for (const listener of listeners) listener();
}

window.addEventListener('popstate', () => {
  if (!ask || window.location.pathname === current) return settle();
  const target = window.location.pathname + window.location.search + window.location.hash;
  // The browser has moved already: put the old address back, then ask.
  window.history.pushState(null, '', address);
  navigate(target);
});

window.addEventListener('beforeunload', (event) => {
  if (ask) event.preventDefault();
});
