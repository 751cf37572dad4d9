/** What certificates say about where CRLs, OCSP answers and the issuer's certificate are. */
import { Checkbox, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type Answer, api } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { EditForm } from '../../components/form/edit-form.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { useEdits } from '../../edits.ts';
import { fieldError, toProblem } from '../../problem.ts';
import { unwrap } from '../../transport.ts';
import { usePrivateCaSettings, useRefresh } from './private-ca-queries.ts';

export function AddressesPanel() {
  const settings = usePrivateCaSettings();
  return (
    <Panel title="Addresses in certificates" anchor="addresses">
      <QueryView query={settings} rows={3}>
        {(data) => <Fields settings={data} />}
      </QueryView>
    </Panel>
  );
}

function Fields({ settings }: { readonly settings: Answer<'/private-ca/settings', 'get'> }) {
  const form = useEdits(settings, settings.version, 'the addresses in certificates');
  const { values, version, set } = form;
  const refresh = useRefresh();
  const { publicUrl, crlUrl, ocspUrl, issuerUrl } = values;
  const save = useMutation({
    mutationFn: () =>
      unwrap(api.PATCH('/private-ca/settings', { body: { version, publicUrl, crlUrl, ocspUrl, issuerUrl } })),
    onSuccess: async (next) => {
      form.clear(next, next.version);
      toast('Certificates issued from now on name these addresses.');
      await refresh();
    },
    onError: refresh,
  });
  const problem = save.isError ? toProblem(save.error) : undefined;
  return (
    <EditForm label="Addresses in certificates" dirty={form.dirty} save={save} onCancel={form.clear}>
      <TextInput
        label="Public address"
        description={
          settings.effectiveUrl === ''
            ? 'Certificates name no address now: set the name of the gateway, or an address here.'
            : `Now in certificates: ${settings.effectiveUrl}. Plain HTTP: CRLs and OCSP answers are signed.`
        }
        placeholder={settings.effectiveUrl || 'http://pki.example.com'}
        value={publicUrl}
        error={fieldError(problem, 'publicUrl')}
        onChange={(e) => set({ publicUrl: e.currentTarget.value })}
        spellCheck={false}
        autoComplete="off"
      />
      <Checkbox
        label="CRL distribution point"
        checked={crlUrl}
        onChange={(e) => set({ crlUrl: e.currentTarget.checked })}
      />
      <Checkbox label="OCSP responder" checked={ocspUrl} onChange={(e) => set({ ocspUrl: e.currentTarget.checked })} />
      <Checkbox
        label="Certificate of the issuer"
        checked={issuerUrl}
        onChange={(e) => set({ issuerUrl: e.currentTarget.checked })}
      />
    </EditForm>
  );
}
