/** What the ACME pages read from the gateway, and what they refresh after a change. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '../../api.ts';
import { unwrap } from '../../transport.ts';
import { whileUsed } from '../../while-used.ts';

/** Milliseconds between two looks at an order that runs. */
const live = 1_000;
/** Milliseconds between two looks at whether anything has changed, an order of the scheduler among it. */
const watch = 2_000;

/** In the order in which they are offered. */
export function useProviders() {
  return useQuery({
    queryKey: ['acme', 'providers'],
    queryFn: async () => (await unwrap(api.GET('/acme/providers'))).providers,
    refetchInterval: whileUsed,
  });
}

export function useProvider(id: string) {
  return useQuery({
    queryKey: ['acme', 'provider', id],
    queryFn: () => unwrap(api.GET('/acme/providers/{id}', { params: { path: { id } } })),
  });
}

/** What the CA says of itself. Calls the CA: `asked` is true once a person wants it. */
export function useDirectory(id: string, asked: boolean) {
  return useQuery({
    queryKey: ['acme', 'directory', id],
    queryFn: () => unwrap(api.GET('/acme/providers/{id}/directory', { params: { path: { id } } })),
    enabled: asked,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    retry: false,
  });
}

/** Every certificate; looked at each second while an order runs. */
export function useAcmeSlots() {
  return useQuery({
    queryKey: ['acme', 'slots'],
    queryFn: async () => (await unwrap(api.GET('/acme/slots'))).slots,
    refetchInterval: ({ state }) => (state.data?.some(({ running }) => running) ? live : whileUsed()),
  });
}

/** One certificate; looked at each second while its order runs. */
export function useAcmeSlot(slot: string) {
  return useQuery({
    queryKey: ['acme', 'slot', slot],
    queryFn: () => unwrap(api.GET('/acme/slots/{slot}', { params: { path: { slot } } })),
    refetchInterval: ({ state }) => (state.data?.running ? live : whileUsed()),
  });
}

/** Orders of one certificate, the newest first; looked at each second while one runs. */
export function useOrders(slot: string) {
  return useQuery({
    queryKey: ['acme', 'orders', slot],
    queryFn: async () => (await unwrap(api.GET('/acme/slots/{slot}/orders', { params: { path: { slot } } }))).orders,
    refetchInterval: ({ state }) => (state.data?.[0]?.state === 'running' ? live : whileUsed()),
  });
}

/** What happened and what is planned, of every certificate. */
export function useTimeline() {
  return useQuery({
    queryKey: ['acme', 'timeline'],
    queryFn: async () => (await unwrap(api.GET('/acme/timeline'))).entries,
    refetchInterval: whileUsed,
  });
}

export function useHttpPort() {
  return useQuery({ queryKey: ['acme', 'http-listener'], queryFn: () => unwrap(api.GET('/acme/http-listener')) });
}

/** Loads everything that is shown anew as soon as anything of ACME has changed, by whomever: the scheduler, the command line. */
export function useAcmeWatch() {
  const refresh = useRefreshAcme();
  const { data } = useQuery({
    queryKey: ['acme-changes'],
    queryFn: () => unwrap(api.GET('/acme/orders')),
    refetchInterval: () => whileUsed() && watch,
  });
  const now = data && [data.changes, ...data.orders.map(({ id }) => id)].join(' ');
  const shown = useRef(now);
  useEffect(() => {
    if (shown.current !== undefined && shown.current !== now) void refresh();
    shown.current = now;
  });
}

/** Call after any change: certificates, alarms and trust follow from it. */
export function useRefreshAcme() {
  const client = useQueryClient();
  return () =>
    Promise.all(
      [['acme'], ['identity'], ['identities'], ['alarms'], ['overview'], ['trusted-cas'], ['csr']].map((queryKey) =>
        client.invalidateQueries({ queryKey, predicate: ({ queryKey: [, what] }) => what !== 'directory' }),
      ),
    );
}
