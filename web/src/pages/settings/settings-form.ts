/** A form over the settings: what was loaded, what was changed, saving only the difference. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Settings, type SettingsPatch } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { useUnsavedGuard } from '../../components/dialogs/unsaved.ts';
import { fieldError, toProblem } from '../../problem.ts';
import { unwrap } from '../../transport.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * Holds the values of a form made from `settings` by `read`; `write` makes the change to send from those that differ.
 * A change made by somebody else in between is refused by the gateway (409) and shown.
 */
export function useSettingsForm<V extends Values>(
  settings: Settings,
  read: (settings: Settings) => V,
  write: (changed: Partial<V>, all: V) => Omit<SettingsPatch, 'version'>,
) {
  const client = useQueryClient();
  const [base, setBase] = useState(settings);
  const original = read(base);
  const [edits, setEdits] = useState<Partial<V>>({});
  const values: V = { ...original, ...edits };
  const changed = Object.fromEntries(
    Object.entries(edits).filter(([name, value]) => value !== original[name]),
  ) as Partial<V>;
  const dirty = Object.keys(changed).length > 0;
  // nothing typed is lost by showing what holds now
  if (!dirty && settings.version > base.version) setBase(settings);
  useUnsavedGuard(dirty, 'the settings');

  const save = useMutation({
    mutationFn: () => unwrap(api.PATCH('/settings', { body: { version: base.version, ...write(changed, values) } })),
    // Somebody else was faster, or a field is wrong: Cancel then goes back to what holds now.
    onError: () => client.invalidateQueries({ queryKey: ['settings'] }),
    onSuccess: async (next) => {
      client.setQueryData(['settings'], next);
      setBase(next);
      setEdits({});
      toast('Saved.');
      await Promise.all(
        [['identities'], ['identity'], ['alarms'], ['overview']].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      );
    },
  });
  function reload(next: Settings) {
    setBase(next);
    save.reset();
  }
  const problem = save.error ? toProblem(save.error) : null;
  return {
    values,
    dirty,
    save,
    problem,
    set: (change: Partial<V>) => setEdits({ ...edits, ...change }),
    cancel: () => {
      setEdits({});
      reload(settings);
    },
    /** Fault of one field after a refused save, by its name in the API. */
    fault: (field: string) => fieldError(problem, field),
    /** What will not work as it stands, by field. */
    flag: (field: string) => base.flags.find((flag) => flag.field === field),
  };
}
