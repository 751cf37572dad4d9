/** A form over the settings: what was loaded, what was changed, saving only the difference. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type Settings, type SettingsPatch } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { useEdits } from '../../edits.ts';
import { fieldError, toProblem } from '../../problem.ts';
import { unwrap } from '../../transport.ts';

/**
 * Holds the values of a form made from `settings` by `read`; `write` makes the change to send from those that differ.
 * A change made by somebody else in between is refused by the gateway (409) and shown.
 */
export function useSettingsForm<V extends object>(
  settings: Settings,
  read: (settings: Settings) => V,
  write: (changed: Partial<V>, all: V) => Omit<SettingsPatch, 'version'>,
) {
  const client = useQueryClient();
  const form = useEdits(read(settings), settings.version, 'the settings');
  const { version, changed, values } = form;

  const save = useMutation({
    mutationFn: () => unwrap(api.PATCH('/settings', { body: { version, ...write(changed, values) } })),
    // Somebody else was faster, or a field is wrong: Cancel then goes back to what holds now.
    onError: () => client.invalidateQueries({ queryKey: ['settings'] }),
    onSuccess: async (next) => {
      client.setQueryData(['settings'], next);
      form.clear(read(next), next.version);
      toast('Saved.');
      await Promise.all(
        [['identities'], ['identity'], ['alarms'], ['overview']].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      );
    },
  });
  const problem = save.error ? toProblem(save.error) : null;
  return {
    ...form,
    save,
    problem,
    /** Fault of one field after a refused save, by its name in the API. */
    fault: (field: string) => fieldError(problem, field),
    /** What will not work as it stands, by field. */
    flag: (field: string) => settings.flags.find((flag) => flag.field === field),
  };
}
