/** What the pages of zones read from the gateway, and what they change. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type ZoneAccessRules } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { unwrap } from '../../transport.ts';
import { whileUsed } from '../../while-used.ts';

/** Zones with their live state. */
export function useZones() {
  return useQuery({
    queryKey: ['zones'],
    queryFn: async () => (await unwrap(api.GET('/zones'))).zones,
    refetchInterval: whileUsed,
  });
}

export function useCalendar() {
  return useQuery({
    queryKey: ['zones', 'calendar'],
    queryFn: async () => (await unwrap(api.GET('/zones/calendar'))).events,
  });
}

export function useAccessRules() {
  return useQuery({ queryKey: ['zones', 'access-rules'], queryFn: () => unwrap(api.GET('/zones/access-rules')) });
}

export function useTrustSets() {
  return useQuery({
    queryKey: ['trust-sets'],
    queryFn: async () => (await unwrap(api.GET('/trust-sets'))).sets,
  });
}

export function useCertificateAuthentication() {
  return useQuery({
    queryKey: ['certificate-authentication'],
    queryFn: () => unwrap(api.GET('/zones/certificate-authentication')),
  });
}

/** Every change of the list of zones. */
export function useZoneChanges() {
  const client = useQueryClient();
  const refresh = () =>
    Promise.all([['zones'], ['alarms'], ['overview']].map((queryKey) => client.invalidateQueries({ queryKey })));
  return {
    order: useMutation({
      mutationFn: (ids: string[]) => unwrap(api.PUT('/zones/order', { body: { ids } })),
      onSuccess: refresh,
    }),
    remove: useMutation({
      mutationFn: (id: string) => unwrap(api.DELETE('/zones/{id}', { params: { path: { id } } })),
      onSuccess: async () => {
        toast('The zone is deleted.');
        await refresh();
      },
    }),
    rules: useMutation({
      mutationFn: (rules: ZoneAccessRules) => unwrap(api.PUT('/zones/access-rules', { body: rules })),
      onError: refresh,
      onSuccess: async () => {
        toast('The access rules are in force.');
        await refresh();
      },
    }),
    refresh,
  };
}
