/** What the page of ACME clients reads from the gateway, and what it refreshes after a change. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { type AcmeServerOrder, api } from '../../api.ts';
import { unwrap } from '../../transport.ts';
import { whileUsed } from '../../while-used.ts';

export function useServerSettings() {
  return useQuery({ queryKey: ['acme-server', 'settings'], queryFn: () => unwrap(api.GET('/acme-server/settings')) });
}

export function useKeys() {
  return useQuery({
    queryKey: ['acme-server', 'keys'],
    queryFn: async () => (await unwrap(api.GET('/acme-server/keys'))).keys,
    refetchInterval: whileUsed,
  });
}

/** One page of accounts, newest first. */
export function useClientAccounts(before: number | undefined) {
  return useQuery({
    queryKey: ['acme-server', 'accounts', before],
    queryFn: () =>
      unwrap(
        api.GET('/acme-server/accounts', {
          params: { query: { limit: 20, ...(before !== undefined && { before }) } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: whileUsed,
  });
}

export interface OrderSearch {
  readonly text: string;
  readonly status: AcmeServerOrder['status'] | '';
  readonly before: number | undefined;
}

/** One page of orders, newest first. */
export function useClientOrders({ text, status, before }: OrderSearch) {
  return useQuery({
    queryKey: ['acme-server', 'orders', text, status, before],
    queryFn: () =>
      unwrap(
        api.GET('/acme-server/orders', {
          params: {
            query: {
              limit: 20,
              ...(text && { text }),
              ...(status && status !== 'ready' && { status }),
              ...(before !== undefined && { before }),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: whileUsed,
  });
}

/** One order with its names and challenges. */
export function useClientOrder(id: string) {
  return useQuery({
    queryKey: ['acme-server', 'order', id],
    queryFn: () => unwrap(api.GET('/acme-server/orders/{id}', { params: { path: { id } } })),
  });
}

export function useRefreshServer() {
  const client = useQueryClient();
  return () =>
    Promise.all([['acme-server'], ['alarms'], ['overview']].map((queryKey) => client.invalidateQueries({ queryKey })));
}
