/** Short confirmations at the foot of the page, read out by screen readers. */
import { useSyncExternalStore } from 'react';
import { Icon } from '../icons.tsx';

interface Toast {
  readonly id: number;
  readonly text: string;
}

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

/** Shows `text` once, for six seconds. For results only: what went wrong belongs beside what was tried. */
export function toast(text: string): void {
  const id = next++;
  set([...toasts.filter((t) => t.text !== text), { id, text }]);
  setTimeout(() => set(toasts.filter((t) => t.id !== id)), 6000);
}

/** Where toasts appear; stands once in the page. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div role="status" aria-live="polite" className="tg-toasts">
      {shown.map((t) => (
        <div key={t.id} className="tg-toast tg-tone-ok">
          <Icon name="ok" /> {t.text}
        </div>
      ))}
    </div>
  );
}

function set(value: readonly Toast[]): void {
  toasts = value;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
