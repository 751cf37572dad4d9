/** How long CRLs and OCSP answers hold, and how much may be asked of the process that serves them. */
import { Button, Checkbox, NumberInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Answer, api } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { fieldError, toProblem } from '../../problem.ts';
import { useMayChange } from '../../session.ts';
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
        {(data) => <Fields key={data.version} settings={data} />}
      </QueryView>
    </Panel>
  );
}

function Fields({ settings }: { readonly settings: Settings }) {
  const [form, setForm] = useState(settings);
  const mayChange = useMayChange();
  const refresh = useRefresh();
  const save = useMutation({
    mutationFn: () => unwrap(api.PATCH('/private-ca/publishing/settings', { body: form })),
    onSuccess: async () => {
      toast('Saved. CRLs and OCSP answers made from now on hold that long.');
      await refresh();
    },
  });
  const problem = save.isError ? toProblem(save.error) : undefined;
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  return (
    <form className="tg-form" onSubmit={submit} aria-label="Publishing">
      <Checkbox
        label="A revocation is in a CRL at once"
        checked={form.immediately}
        disabled={!mayChange}
        onChange={(e) => setForm({ ...form, immediately: e.currentTarget.checked })}
      />
      {numbers.map(({ field, label, description }) => (
        <NumberInput
          key={field}
          label={label}
          description={description}
          value={form[field]}
          disabled={!mayChange}
          error={fieldError(problem, field)}
          allowDecimal={false}
          onChange={(value) => setForm({ ...form, [field]: Number(value) })}
        />
      ))}
      {problem && <ProblemNotice error={save.error} />}
      {mayChange && (
        <div className="tg-actions">
          <Button type="submit" variant="default" loading={save.isPending} disabled={form === settings}>
            Save publishing
          </Button>
        </div>
      )}
    </form>
  );
}
