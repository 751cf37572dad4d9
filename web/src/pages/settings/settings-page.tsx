/** System settings: role, names, clustering and limits. */
import { Radio, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import type { Settings, SettingsPatch } from '../../api.ts';
import { SaveBar } from '../../components/form/save-bar.tsx';
import { ListField } from '../../components/list-field.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { useSettings } from '../../queries.ts';
import { useMayChange } from '../../session.ts';
import { FieldFlag } from './field-flag.tsx';
import { useSettingsForm } from './settings-form.ts';

/** The page System › Settings. */
export function SettingsPage() {
  const settings = useSettings();
  return (
    <Page intro="What this gateway is called and how many connections it takes. The names decide which certificate it needs.">
      <QueryView query={settings} rows={10}>
        {(data) => <SettingsForm settings={data} />}
      </QueryView>
    </Page>
  );
}

function read(settings: Settings) {
  return {
    role: settings.role,
    fqdn: settings.fqdn,
    dnsNames: settings.dnsNames.join(', '),
    clusterName: settings.clusterName,
    peers: settings.peers.join(', '),
    httpsPerAddress: settings.limits.https.perAddress,
    httpsTotal: settings.limits.https.total,
    sipPerAddress: settings.limits.sip.perAddress,
    sipTotal: settings.limits.sip.total,
    handshakeSeconds: settings.limits.handshakeMs / 1000,
    exemptAddresses: settings.limits.exemptAddresses.join(', '),
  };
}

type Values = ReturnType<typeof read>;

function write(v: Partial<Values>): Omit<SettingsPatch, 'version'> {
  const https = drop({ perAddress: v.httpsPerAddress, total: v.httpsTotal });
  const sip = drop({ perAddress: v.sipPerAddress, total: v.sipTotal });
  return drop({
    role: v.role,
    fqdn: v.fqdn,
    dnsNames: v.dnsNames,
    clusterName: v.clusterName,
    peers: v.peers,
    limits: drop({
      https,
      sip,
      handshakeMs: v.handshakeSeconds === undefined ? undefined : v.handshakeSeconds * 1000,
      exemptAddresses: v.exemptAddresses,
    }),
  }) as Omit<SettingsPatch, 'version'>;
}

/** Leaves out what was not changed, and groups in which nothing was. */
function drop<T extends object>(value: T): T | undefined {
  const kept = Object.entries(value).filter(([, member]) => member !== undefined);
  return kept.length === 0 ? undefined : (Object.fromEntries(kept) as T);
}

function SettingsForm({ settings }: { readonly settings: Settings }) {
  const form = useSettingsForm(settings, read, write);
  const { values, set, fault, flag } = form;
  const disabled = !useMayChange();
  function submit(event: FormEvent) {
    event.preventDefault();
    form.save.mutate();
  }
  const number = (name: NumberName, label: string, field: string) => (
    <NumberField
      label={label}
      value={values[name]}
      onChange={(value) => set({ [name]: value })}
      error={fault(field)}
      disabled={disabled}
      allowDecimal
      allowNegative={false}
      hideControls
    />
  );
  return (
    <form onSubmit={submit} className="tg-stack">
      <Panel title="Role" anchor="role">
        <Radio.Group
          label="Role of this gateway"
          value={values.role}
          onChange={(role) => set({ role: role as Values['role'] })}
          error={fault('role')}
        >
          <div className="tg-stack" style={{ gap: 8, marginTop: 6 }}>
            <Radio value="core" label="Core" description="Inside the network, beside Unified CM." disabled={disabled} />
            <Radio value="edge" label="Edge" description="Facing the Internet." disabled={disabled} />
          </div>
        </Radio.Group>
      </Panel>
      <Panel title="DNS" anchor="dns">
        <div className="tg-form">
          <FieldFlag flag={flag('fqdn')} />
          <TextInput
            label="FQDN of this gateway"
            description="System host name and domain name together, such as gateway.example.com. It is the common name of a gateway that stands alone."
            value={values.fqdn}
            onChange={(e) => set({ fqdn: e.currentTarget.value })}
            error={fault('fqdn')}
            disabled={disabled}
            spellCheck={false}
            autoComplete="off"
          />
          <ListField
            label="Other FQDNs of this gateway"
            description="Every further name under which clients reach it, comma separated."
            value={values.dnsNames}
            onChange={(dnsNames) => set({ dnsNames })}
            error={fault('dnsNames')}
            disabled={disabled}
          />
        </div>
      </Panel>
      <Panel title="Clustering" anchor="clustering">
        <div className="tg-form">
          <TextInput
            label="Cluster name (FQDN for provisioning)"
            description="Leave empty when this gateway stands alone."
            value={values.clusterName}
            onChange={(e) => set({ clusterName: e.currentTarget.value })}
            error={fault('clusterName')}
            disabled={disabled}
            spellCheck={false}
            autoComplete="off"
          />
          <FieldFlag flag={flag('peers')} />
          <ListField
            label="FQDNs of the other peers"
            description="Comma separated."
            value={values.peers}
            onChange={(peers) => set({ peers })}
            error={fault('peers')}
            disabled={disabled}
          />
        </div>
      </Panel>
      <Panel title="Limits" anchor="limits">
        <div className="tg-form">
          <div className="tg-columns">
            {number('httpsPerAddress', 'HTTPS connections of one address', 'limits.https.perAddress')}
            {number('httpsTotal', 'HTTPS connections in all', 'limits.https.total')}
            {number('sipPerAddress', 'SIP TLS connections of one address', 'limits.sip.perAddress')}
            {number('sipTotal', 'SIP TLS connections in all', 'limits.sip.total')}
            {number('handshakeSeconds', 'TLS handshake, seconds', 'limits.handshakeMs')}
          </div>
          <ListField
            label="Addresses without a limit of their own"
            description="IP addresses or CIDR blocks, comma separated; the limit in all still binds them."
            value={values.exemptAddresses}
            onChange={(exemptAddresses) => set({ exemptAddresses })}
            error={fault('limits.exemptAddresses')}
            disabled={disabled}
          />
        </div>
      </Panel>
      <SaveBar dirty={form.dirty} save={form.save} onCancel={form.clear} />
    </form>
  );
}

type NumberName = 'httpsPerAddress' | 'httpsTotal' | 'sipPerAddress' | 'sipTotal' | 'handshakeSeconds';
