/** What certificates say about where CRLs, OCSP answers and the issuer's certificate are. */
import { Button, Checkbox, TextInput } from '@mantine/core';
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
import { usePrivateCaSettings, useRefresh } from './private-ca-queries.ts';

export function AddressesPanel() {
  const settings = usePrivateCaSettings();
  return (
    <Panel title="Addresses in certificates" anchor="addresses">
      <QueryView query={settings} rows={3}>
        {(data) => <Fields key={data.version} settings={data} />}
      </QueryView>
    </Panel>
  );
}

function Fields({ settings }: { readonly settings: Answer<'/private-ca/settings', 'get'> }) {
  const [form, setForm] = useState(settings);
  const mayChange = useMayChange();
  const refresh = useRefresh();
  const { version, publicUrl, crlUrl, ocspUrl, issuerUrl } = form;
  const save = useMutation({
    mutationFn: () =>
      unwrap(api.PATCH('/private-ca/settings', { body: { version, publicUrl, crlUrl, ocspUrl, issuerUrl } })),
    onSuccess: async () => {
      toast('Certificates issued from now on name these addresses.');
      await refresh();
    },
  });
  const problem = save.isError ? toProblem(save.error) : undefined;
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  return (
    <form className="tg-form" onSubmit={submit} aria-label="Addresses in certificates">
      <TextInput
        label="Public address"
        description={
          settings.effectiveUrl === ''
            ? 'Certificates name no address now: set the name of the gateway, or an address here.'
            : `Now in certificates: ${settings.effectiveUrl}. Plain HTTP: CRLs and OCSP answers are signed.`
        }
        placeholder={settings.effectiveUrl || 'http://pki.example.com'}
        value={publicUrl}
        disabled={!mayChange}
        error={fieldError(problem, 'publicUrl')}
        onChange={(e) => setForm({ ...form, publicUrl: e.currentTarget.value })}
        spellCheck={false}
        autoComplete="off"
      />
      <Checkbox
        label="CRL distribution point"
        checked={crlUrl}
        disabled={!mayChange}
        onChange={(e) => setForm({ ...form, crlUrl: e.currentTarget.checked })}
      />
      <Checkbox
        label="OCSP responder"
        checked={ocspUrl}
        disabled={!mayChange}
        onChange={(e) => setForm({ ...form, ocspUrl: e.currentTarget.checked })}
      />
      <Checkbox
        label="Certificate of the issuer"
        checked={issuerUrl}
        disabled={!mayChange}
        onChange={(e) => setForm({ ...form, issuerUrl: e.currentTarget.checked })}
      />
      {problem && <ProblemNotice error={save.error} />}
      {mayChange && (
        <div className="tg-actions">
          <Button type="submit" variant="default" loading={save.isPending} disabled={form === settings}>
            Save addresses
          </Button>
        </div>
      )}
    </form>
  );
}
