/** A form over the revocation settings: what was loaded, what was changed, saving only the difference. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type RevocationSettings, type RevocationUpdate } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { useUnsavedGuard } from '../../components/dialogs/unsaved.ts';
import { unwrap } from '../../transport.ts';

type Values = Readonly<Record<string, unknown>>;

/** Automatic updates, the checking of each purpose, and the table of sources. */
export function useRevocationSettings() {
  return useQuery({ queryKey: ['revocation', 'settings'], queryFn: () => unwrap(api.GET('/revocation/settings')) });
}

/** As the form of the system settings; a change by somebody else in between is refused and shown. */
export function useRevocationForm<V extends Values>(
  settings: RevocationSettings,
  read: (settings: RevocationSettings) => V,
  write: (values: V) => Omit<RevocationUpdate, 'version'>,
) {
  const client = useQueryClient();
  const [base, setBase] = useState(settings);
  const original = read(base);
  const [edits, setEdits] = useState<Partial<V>>({});
  const values: V = { ...original, ...edits };
  const dirty = Object.keys(edits).some((name) => values[name] !== original[name]);
  // nothing typed is lost by showing what holds now
  if (!dirty && settings.version > base.version) setBase(settings);
  useUnsavedGuard(dirty, 'the revocation settings');
  const save = useMutation({
    mutationFn: () => unwrap(api.PUT('/revocation/settings', { body: { version: base.version, ...write(values) } })),
    onError: () => client.invalidateQueries({ queryKey: ['revocation', 'settings'] }),
    onSuccess: async (next) => {
      client.setQueryData(['revocation', 'settings'], next);
      setBase(next);
      setEdits({});
      toast('Saved.');
      await Promise.all(
        [['revocation'], ['alarms'], ['overview']].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
    },
  });
  return {
    values,
    dirty,
    save,
    set: (change: Partial<V>) => setEdits({ ...edits, ...change }),
    cancel: () => {
      setEdits({});
      setBase(settings);
      save.reset();
    },
  };
}
