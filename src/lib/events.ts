/** A small typed event bus: how a feature tells those above it that something changed. */
export interface GatewayEvents {
  /** A change was committed; `feature` is the folder's name. */
  changed: { readonly feature: string };
  /** Certificates, by SHA-256 in lower-case hexadecimal, about whose revocation something new is known. */
  statusChanged: { readonly fingerprints: readonly string[] };
}

export interface Events {
  on<K extends keyof GatewayEvents>(name: K, listener: (event: GatewayEvents[K]) => void): () => void;
  emit<K extends keyof GatewayEvents>(name: K, event: GatewayEvents[K]): void;
}

/** A bus whose listeners run in the order they were added; one that throws stops no other. */
export function createEvents(onError: (error: unknown) => void): Events {
  const listeners = new Map<string, Set<(event: never) => void>>();
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener as (event: never) => void);
      return () => set.delete(listener as (event: never) => void);
    },
    emit(name, event) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          (listener as (e: typeof event) => void)(event);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
