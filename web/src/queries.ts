/** What several pages read from the gateway: one key and one call for each. */
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import { unwrap } from './transport.ts';
import { whileUsed } from './while-used.ts';

/** Role, names, lists, listeners, limits and what will not work as it stands. */
export function useSettings() {
  return useQuery({ queryKey: ['settings'], queryFn: () => unwrap(api.GET('/settings')) });
}

/** Every identity: server, client, domains. */
export function useIdentities() {
  return useQuery({
    queryKey: ['identities'],
    queryFn: async () => (await unwrap(api.GET('/identities'))).identities,
    refetchInterval: whileUsed,
  });
}

/** One identity with everything there is to know about it. */
export function useIdentity(slot: string) {
  return useQuery({
    queryKey: ['identity', slot],
    queryFn: () => unwrap(api.GET('/identities/{slot}', { params: { path: { slot } } })),
  });
}

/** What is wrong, what to do, what is served, what ends next. */
export function useOverview() {
  return useQuery({
    queryKey: ['overview'],
    queryFn: () => unwrap(api.GET('/overview')),
    refetchInterval: whileUsed,
  });
}

/** Alarms that are raised now. */
export function useAlarms() {
  return useQuery({
    queryKey: ['alarms'],
    queryFn: async () => (await unwrap(api.GET('/alarms'))).alarms,
    refetchInterval: whileUsed,
  });
}
