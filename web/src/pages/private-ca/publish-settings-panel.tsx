/** How long CRLs and OCSP answers hold, and how much may be asked of the process that serves them. */
import { Checkbox } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type Answer, api } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { EditForm } from '../../components/form/edit-form.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { useEdits } from '../../edits.ts';
import { fieldError, toProblem } from '../../problem.ts';
import { unwrap } from '../../transport.ts';
import { usePublishSettings, useRefresh } from './private-ca-queries.ts';

type Settings = Answer<'/private-ca/publishing/settings', 'get'>;

const numbers: readonly {
  readonly field: Exclude<keyof Settings, 'version' | 'immediately'>;
  readonly label: string;
  readonly description: string;
}[] = [
  { field: 'crlHours', label: 'CRLs hold, in hours', description: 'A new one comes after half of that.' },
  {
    field: 'passphraseCrlDays',
    label: 'CRLs of keys under a passphrase, in days',
    description: 'Somebody has to give the passphrase for the next one.',
  },
  {
    field: 'ocspHours',
    label: 'OCSP answers hold, in hours',
    description: 'A revocation is told at once all the same.',
  },
  { field: 'connections', label: 'Connections at once', description: 'More are refused and counted.' },
  {
    field: 'connectionsPerAddress',
    label: 'Connections from one address',
    description: 'Or one IPv6 /64. Raise it when all clients come through one proxy.',
  },
  {
    field: 'signaturesPerSecond',
    label: 'OCSP signatures a second',
    description: 'For answers that are not in memory.',
  },
];

export function PublishSettingsPanel() {
  const settings = usePublishSettings();
  return (
    <Panel title="Publishing" anchor="publishing">
      <QueryView query={settings} rows={4}>
        {(data) => <Fields settings={data} />}
      </QueryView>
    </Panel>
  );
}

function Fields({ settings }: { readonly settings: Settings }) {
  const form = useEdits(settings, settings.version, 'the publishing settings');
  const { values, version, set } = form;
  const refresh = useRefresh();
  const save = useMutation({
    mutationFn: () => unwrap(api.PATCH('/private-ca/publishing/settings', { body: { ...values, version } })),
    onSuccess: async (next) => {
      form.clear(next, next.version);
      toast('Saved. CRLs and OCSP answers made from now on hold that long.');
      await refresh();
    },
    onError: refresh,
  });
  const problem = save.isError ? toProblem(save.error) : undefined;
  return (
    <EditForm label="Publishing" dirty={form.dirty} save={save} onCancel={form.clear}>
      <Checkbox
        label="A revocation is in a CRL at once"
        checked={values.immediately}
        onChange={(e) => set({ immediately: e.currentTarget.checked })}
      />
      {numbers.map(({ field, label, description }) => (
        <NumberField
          key={field}
          label={label}
          description={description}
          value={values[field]}
          error={fieldError(problem, field)}
          onChange={(value) => set({ [field]: value })}
        />
      ))}
    </EditForm>
  );
}
