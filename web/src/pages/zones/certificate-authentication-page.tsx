/** Certificate-based authentication: whether clients of this page and the API must show a certificate, and whether it is the log-in. */
import { Radio } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { Link } from 'wouter';
import { api, type CertificateAuthentication } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { Facts } from '../../components/facts.tsx';
import { SaveBar } from '../../components/form/save-bar.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { useEdits } from '../../edits.ts';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { CrlCheckField } from './crl-check-field.tsx';
import { useCertificateAuthentication } from './zone-queries.ts';

/** The page Maintenance › Security › Certificate-based authentication. */
export function CertificateAuthenticationPage() {
  const settings = useCertificateAuthentication();
  return (
    <Page intro="Whether browsers and API clients must show a client certificate before they reach this gateway, and whether that certificate is the log-in.">
      <QueryView query={settings} rows={6}>
        {(data) => <SettingsForm current={data} />}
      </QueryView>
    </Page>
  );
}

const valuesOf = ({ mode, crlCheck }: CertificateAuthentication) => ({ mode, crlCheck });

function SettingsForm({ current }: { readonly current: CertificateAuthentication }) {
  const form = useEdits(valuesOf(current), current.version, 'certificate-based authentication');
  const { values, set, version } = form;
  const client = useQueryClient();
  const disabled = !useMayChange();
  const save = useMutation({
    mutationFn: () =>
      unwrap(api.PUT('/zones/certificate-authentication', { body: { ...current, ...values, version } })),
    onError: () => client.invalidateQueries({ queryKey: ['certificate-authentication'] }),
    onSuccess: async (next) => {
      toast('Saved. It holds from the next connection on.');
      client.setQueryData(['certificate-authentication'], next);
      form.clear(valuesOf(next), next.version);
      await client.invalidateQueries({ queryKey: ['certificate-authentication'] });
    },
  });
  async function submit(event: FormEvent) {
    event.preventDefault();
    const locksOut = current.mode === 'not-required' && values.mode !== 'not-required';
    const sure =
      !locksOut ||
      (await askPerson({
        title: 'Demand client certificates?',
        body: 'From the next connection on, nobody without a client certificate of a trusted CA reaches this page or the API. Test yours first. On the gateway itself the command line goes on working.',
        confirm: 'Demand them',
        dangerous: true,
      }));
    if (sure) save.mutate();
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="tg-stack">
      <Panel title="Client certificates">
        <div className="tg-form">
          <Radio.Group
            label="Client certificate-based security"
            value={values.mode}
            onChange={(mode) => set({ mode: mode as typeof values.mode })}
          >
            <div className="tg-stack" style={{ gap: 8, marginTop: 6 }}>
              <Radio
                value="not-required"
                label="Not required"
                description="Nobody is asked for a certificate; people log in with name and password."
                disabled={disabled}
              />
              <Radio
                value="validation"
                label="Certificate validation"
                description="A connection without a certificate of a trusted CA is closed before anything is shown. People log in with name and password."
                disabled={disabled}
              />
              <Radio
                value="authentication"
                label="Certificate-based authentication"
                description="The same, and the certificate is the log-in of the user whose name the regex finds in it. Dangerous changes still need the password."
                disabled={disabled}
              />
            </div>
          </Radio.Group>
          <CrlCheckField
            label="Certificate revocation list (CRL) checking"
            value={values.crlCheck}
            onChange={(crlCheck) => set({ crlCheck })}
            disabled={disabled}
          />
          {values.mode !== 'not-required' && values.crlCheck !== 'none' && (
            <Notice tone="warning" title="Without a CRL of their CA, clients are refused.">
              Load one under CRL management first.
            </Notice>
          )}
          <Facts
            facts={[
              ['Regex', <code key="pattern">{current.pattern}</code>],
              ['User name format', <code key="template">{current.template}</code>],
            ]}
          />
          <p className="tg-dim tg-small" style={{ margin: 0 }}>
            Both are tried and changed under{' '}
            <Link to="/security/client-certificate-testing">Client certificate testing</Link>.
          </p>
        </div>
      </Panel>
      <SaveBar dirty={form.dirty} save={save} onCancel={form.clear} />
    </form>
  );
}
