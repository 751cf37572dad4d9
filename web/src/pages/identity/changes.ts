/** After a change to an identity everything that shows it is loaded again. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { unwrap } from '../../transport.ts';

/** Marks everything that depends on identities as out of date. */
export function useRefreshIdentities(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await Promise.all(
      [['identities'], ['identity'], ['alarms'], ['overview'], ['trusted-cas'], ['csr']].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    );
  };
}

/** Roll back, Reset and Discard CSR of one slot. */
export function useSlotChanges(slot: string) {
  const refresh = useRefreshIdentities();
  const params = { params: { path: { slot } } };
  const rollBack = useMutation({
    mutationFn: () => unwrap(api.POST('/identities/{slot}/roll-back', params)),
    onSuccess: (result) => said(result, 'The previous certificate is presented again.'),
    onSettled: refresh,
  });
  const reset = useMutation({
    mutationFn: () => unwrap(api.POST('/identities/{slot}/reset', params)),
    onSuccess: (result) => said(result, 'Reset to default.'),
    onSettled: refresh,
  });
  const discardCsr = useMutation({
    mutationFn: () => unwrap(api.DELETE('/identities/{slot}/csr', params)),
    onSuccess: () => toast('The CSR was discarded.'),
    onSettled: refresh,
  });
  return { rollBack, reset, discardCsr };
}

function said(result: { served: boolean; notServed: string | null }, done: string): void {
  toast(result.served ? done : `${done} Listeners still serve the former state: ${result.notServed ?? 'no answer'}`);
}
