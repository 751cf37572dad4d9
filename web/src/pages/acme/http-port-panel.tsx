/** The port on which HTTP-01 challenges are answered: when it is open, and what else it says. */
import { Select, Switch } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type AcmeHttpPort, api } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { EditForm } from '../../components/form/edit-form.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { useEdits } from '../../edits.ts';
import { unwrap } from '../../transport.ts';
import { useHttpPort, useRefreshAcme } from './acme-queries.ts';

export function HttpPortPanel() {
  const listener = useHttpPort();
  return (
    <Panel title="Port of HTTP-01 challenges" anchor="http-port">
      <QueryView query={listener} rows={3}>
        {(data) => <Fields listener={data} />}
      </QueryView>
    </Panel>
  );
}

function Fields({ listener }: { readonly listener: AcmeHttpPort }) {
  const { version, port, httpsPort, open, redirect } = listener;
  const form = useEdits({ open, redirect }, version, 'the port of challenges');
  const refresh = useRefreshAcme();
  const save = useMutation({
    mutationFn: () => unwrap(api.PATCH('/acme/http-listener', { body: { version: form.version, ...form.changed } })),
    onSuccess: async () => {
      await refresh();
      form.clear();
      toast('Saved.');
    },
    onError: refresh,
  });
  return (
    <EditForm label="Port of HTTP-01 challenges" dirty={form.dirty} save={save} onCancel={form.clear}>
      <p className="tg-flat tg-small">
        Port {port}. The CA calls port 80 of every name that is proved. Known challenges are answered there, and nothing
        else.
      </p>
      <Select
        label="Open"
        data={[
          { value: 'while-needed', label: 'While a challenge is pending' },
          { value: 'always', label: 'Always' },
        ]}
        allowDeselect={false}
        value={form.values.open}
        onChange={(value) => form.set({ open: value === 'always' ? 'always' : 'while-needed' })}
      />
      <Switch
        label={`Redirect to HTTPS, port ${httpsPort}`}
        description="Sends what is no challenge to the same address over HTTPS. Keeps the port open."
        checked={form.values.redirect}
        onChange={(e) => form.set({ redirect: e.currentTarget.checked })}
      />
    </EditForm>
  );
}
