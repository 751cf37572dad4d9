/** SIP: how certificates of SIP peers are checked for revocation; below it, the same for every other purpose. */
import { Select, Switch } from '@mantine/core';
import type { FormEvent } from 'react';
import type { RevocationSettings } from '../../api.ts';
import { SaveBar } from '../../components/form/save-bar.tsx';
import { ListTable } from '../../components/list/list-table.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { useMayChange } from '../../session.ts';
import { useRevocationForm, useRevocationSettings } from './revocation-form.ts';

type Purpose = keyof RevocationSettings['purposes'];
type Own = RevocationSettings['purposes'][Purpose];

const modes = [
  { value: 'off', label: 'Off' },
  { value: 'leaf', label: 'On: the peer’s certificate' },
  { value: 'chain', label: 'On: the whole chain' },
];
const fallbacks = [
  { value: 'not-revoked', label: 'Treat as not revoked' },
  { value: 'revoked', label: 'Treat as revoked' },
];
const shortModes = [
  { value: 'off', label: 'Off' },
  { value: 'leaf', label: 'Peer' },
  { value: 'chain', label: 'Whole chain' },
];
const shortFallbacks = [
  { value: 'not-revoked', label: 'Not revoked' },
  { value: 'revoked', label: 'Revoked' },
];
const uses: Readonly<Record<string, string>> = {
  no: 'no',
  yes: 'overrides manual',
  both: 'yes, both used',
  'unless-automatic': 'unless automatic exists',
  only: 'only source',
  switch: 'switch',
};

/** The page Configuration › SIP. */
export function SipPage() {
  const settings = useRevocationSettings();
  return (
    <Page intro="Whether a peer's certificate was revoked is looked up in loaded CRLs, then by OCSP, then in the CRL that the certificate names. A definite answer of any source that it is revoked wins.">
      <QueryView query={settings} rows={8}>
        {(data) => <RevocationForm settings={data} />}
      </QueryView>
    </Page>
  );
}

function RevocationForm({ settings }: { readonly settings: RevocationSettings }) {
  const form = useRevocationForm(
    settings,
    ({ purposes }) => ({ ...purposes }),
    (purposes) => ({ purposes }),
  );
  const disabled = !useMayChange();
  const { values, set } = form;
  const sip = values['sip-tls'];
  const change = (purpose: Purpose, own: Partial<Own>) => set({ [purpose]: { ...values[purpose], ...own } });
  function submit(event: FormEvent) {
    event.preventDefault();
    form.save.mutate();
  }
  const flag = (name: 'useOcsp' | 'useCrls' | 'allowCdp', label: string, description: string) => (
    <Switch
      label={label}
      description={description}
      checked={sip[name]}
      onChange={(e) => change('sip-tls', { [name]: e.currentTarget.checked })}
      disabled={disabled}
    />
  );
  const use = (purpose: Purpose, source: 'cdp' | 'ocsp', name: 'useOcsp' | 'allowCdp', label: string) =>
    settings.table[purpose][source] === 'switch' ? (
      <Switch
        aria-label={`${settings.table[purpose].label}: ${label}`}
        checked={values[purpose][name]}
        onChange={(e) => change(purpose, { [name]: e.currentTarget.checked })}
        disabled={disabled}
      />
    ) : (
      'no'
    );
  const others = (Object.keys(settings.table) as Purpose[]).filter((purpose) => purpose !== 'sip-tls');
  return (
    <form onSubmit={submit} className="tg-stack">
      <Panel title="Certificate revocation checking" anchor="revocation">
        <div className="tg-form">
          <Select
            label="Certificate revocation checking mode"
            description="On is advised, once CRLs are loaded or the certificates name an OCSP responder."
            data={modes}
            allowDeselect={false}
            value={sip.mode}
            onChange={(mode) => change('sip-tls', { mode: mode as Own['mode'] })}
            disabled={disabled}
          />
          {flag('useOcsp', 'Use OCSP', 'Needs certificates that name a responder.')}
          {flag('useCrls', 'Use CRLs', 'Uploaded and automatically downloaded CRLs, both.')}
          {flag('allowCdp', 'Allow CRL downloads from CDPs', 'Where neither loaded CRLs nor OCSP give an answer.')}
          <Select
            label="Fallback behavior"
            description="When it cannot be established whether a certificate is revoked."
            data={fallbacks}
            allowDeselect={false}
            value={sip.fallback}
            onChange={(fallback) => change('sip-tls', { fallback: fallback as Own['fallback'] })}
            disabled={disabled}
          />
          {sip.mode !== 'off' && sip.fallback === 'not-revoked' && (
            <Notice tone="warning" title="A revoked certificate may be let in.">
              Who keeps this gateway from reaching the revocation servers keeps it from learning of a revocation. Treat
              as revoked where CRLs are loaded in good time.
            </Notice>
          )}
        </div>
      </Panel>
      <Panel title="Other purposes" anchor="purposes">
        <ListTable
          label="Revocation checking of the other purposes"
          minWidth={760}
          scrolls
          rows={others}
          keyOf={(purpose) => purpose}
          columns={[
            { heading: 'Purpose', cell: (purpose) => settings.table[purpose].label },
            {
              heading: 'Mode',
              cell: (purpose) => (
                <Select
                  aria-label={`${settings.table[purpose].label}: mode`}
                  data={shortModes}
                  allowDeselect={false}
                  value={values[purpose].mode}
                  onChange={(mode) => change(purpose, { mode: mode as Own['mode'] })}
                  disabled={disabled}
                />
              ),
            },
            {
              heading: 'Fallback behavior',
              cell: (purpose) => (
                <Select
                  aria-label={`${settings.table[purpose].label}: fallback behavior`}
                  data={shortFallbacks}
                  allowDeselect={false}
                  value={values[purpose].fallback}
                  onChange={(fallback) => change(purpose, { fallback: fallback as Own['fallback'] })}
                  disabled={disabled}
                />
              ),
            },
            { heading: 'Manual', cell: (purpose) => uses[settings.table[purpose].manual] },
            { heading: 'Automatic', cell: (purpose) => uses[settings.table[purpose].automatic] },
            { heading: 'CDP', cell: (purpose) => use(purpose, 'cdp', 'allowCdp', 'Allow CRL downloads from CDPs') },
            { heading: 'OCSP', cell: (purpose) => use(purpose, 'ocsp', 'useOcsp', 'Use OCSP') },
            { heading: 'Embedded', cell: (purpose) => uses[settings.table[purpose].embedded] },
          ]}
        />
        <p className="tg-dim tg-small">
          Once the CRL of a CA has run out, its certificates count as revoked for every purpose except SIP, XMPP and
          cluster peers, which go by their fallback behavior.
        </p>
      </Panel>
      <SaveBar dirty={form.dirty} save={form.save} onCancel={form.clear} />
    </form>
  );
}
