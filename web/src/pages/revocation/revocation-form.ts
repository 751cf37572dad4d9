/** A form over the revocation settings: what was loaded, what was changed, saving only the difference. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type RevocationSettings, type RevocationUpdate } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { useEdits } from '../../edits.ts';
import { unwrap } from '../../transport.ts';

/** Automatic updates, the checking of each purpose, and the table of sources. */
export function useRevocationSettings() {
  return useQuery({ queryKey: ['revocation', 'settings'], queryFn: () => unwrap(api.GET('/revocation/settings')) });
}

/** As the form of the system settings; a change by somebody else in between is refused and shown. */
export function useRevocationForm<V extends object>(
  settings: RevocationSettings,
  read: (settings: RevocationSettings) => V,
  write: (values: V) => Omit<RevocationUpdate, 'version'>,
) {
  const client = useQueryClient();
  const form = useEdits(read(settings), settings.version, 'the revocation settings');
  const save = useMutation({
    mutationFn: () =>
      unwrap(api.PUT('/revocation/settings', { body: { version: form.version, ...write(form.values) } })),
    onError: () => client.invalidateQueries({ queryKey: ['revocation', 'settings'] }),
    onSuccess: async (next) => {
      client.setQueryData(['revocation', 'settings'], next);
      form.clear(read(next), next.version);
      toast('Saved.');
      await Promise.all(
        [['revocation'], ['alarms'], ['overview']].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
    },
  });
  return { ...form, save };
}
