/** Unified Communications: the features in use and the lists from which a certificate's names are worked out. */
import { NativeSelect, Switch } from '@mantine/core';
import type { FormEvent } from 'react';
import type { Settings, SettingsPatch } from '../../api.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { SaveBar } from '../../components/form/save-bar.tsx';
import { ListField, tidyList } from '../../components/list-field.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { useSettings } from '../../queries.ts';
import { useMayChange } from '../../session.ts';
import { FieldFlag } from './field-flag.tsx';
import { useSettingsForm } from './settings-form.ts';

/** The page Configuration › Unified Communications. */
export function UnifiedCommunicationsPage() {
  const settings = useSettings();
  return (
    <Page intro="These inputs decide which names the server certificate must hold. The list under Generate CSR is worked out from them; you can always add more there.">
      <QueryView query={settings} rows={10}>
        {(data) => <UnifiedForm settings={data} />}
      </QueryView>
    </Page>
  );
}

const lists = [
  'registrationDomains',
  'federationDomains',
  'chatNodeAliases',
  'otherSideChatNodeAliases',
  'phoneSecurityProfiles',
] as const;
type ListName = (typeof lists)[number];
type Uc = Settings['unifiedCommunications'];
type Values = Omit<Uc, ListName> & Record<ListName, string>;

function read({ unifiedCommunications: uc }: Settings): Values {
  const texts = Object.fromEntries(lists.map((name) => [name, uc[name].join(', ')])) as Record<ListName, string>;
  return { ...uc, ...texts };
}

function write(changed: Partial<Values>): Omit<SettingsPatch, 'version'> {
  return { unifiedCommunications: changed };
}

function UnifiedForm({ settings }: { readonly settings: Settings }) {
  const form = useSettingsForm(settings, read, write);
  const { values, set } = form;
  const disabled = !useMayChange();
  const edge = settings.role === 'edge';
  const prefix = 'unifiedCommunications.';
  function submit(event: FormEvent) {
    event.preventDefault();
    form.save.mutate();
  }
  const toggle = (name: 'mra' | 'jabberGuest' | 'xmppFederation' | 'b2b', label: string, description: string) => (
    <Switch
      label={label}
      description={description}
      checked={values[name]}
      disabled={disabled}
      onChange={(e) => set({ [name]: e.currentTarget.checked })}
    />
  );
  const list = (name: ListName, label: string, description: string) => (
    <>
      <FieldFlag flag={form.flag(prefix + name)} />
      <ListField
        label={label}
        description={description}
        value={values[name]}
        onChange={(value) => set({ [name]: value })}
        error={form.fault(prefix + name)}
        disabled={disabled}
      />
    </>
  );
  return (
    <form onSubmit={submit} className="tg-stack">
      <Panel title="Features in use" anchor="features">
        <div className="tg-columns">
          {toggle('mra', 'Mobile and remote access', 'Clients outside register through the edge.')}
          {toggle('jabberGuest', 'Jabber Guest', 'Guests call from a browser.')}
          {toggle('xmppFederation', 'XMPP federation', 'Messaging with other organizations.')}
          {toggle('b2b', 'Business to business calls', 'Calls with other organizations.')}
        </div>
      </Panel>
      <Panel title="Registration domains" anchor="registration-domains">
        <div className="tg-form">
          {!edge && <Unneeded on="edge" />}
          {list(
            'registrationDomains',
            'Unified CM registration domains',
            'Comma separated. Service discovery domains: where clients look up _collab-edge. They may differ from the SIP domains. Public names only; not needed with DNSSEC.',
          )}
          <Format
            label="Format of registration domains"
            value={values.registrationDomainFormat}
            disabled={disabled}
            options={[
              ['dns', 'DNS: the domain itself'],
              ['collab-edge-dns', 'CollabEdgeDNS: collab-edge. before the domain, which keeps the bare domain out'],
              ['srv', 'SRVName: _collab-edge._tls. as an SRV name; few CAs sign it'],
            ]}
            onChange={(value) => set({ registrationDomainFormat: value as Uc['registrationDomainFormat'] })}
          />
        </div>
      </Panel>
      <Panel title="Federation domains" anchor="federation-domains">
        <div className="tg-form">
          {!edge && <Unneeded on="edge" />}
          {list('federationDomains', 'XMPP federation domains', 'Comma separated. Point-to-point XMPP federation.')}
          <Format
            label="Format of XMPP federation domains"
            value={values.federationDomainFormat}
            disabled={disabled}
            options={xmppFormats}
            onChange={(value) => set({ federationDomainFormat: value as Uc['federationDomainFormat'] })}
          />
        </div>
      </Panel>
      <Panel
        title="Chat node aliases (federated group chat)"
        anchor="chat-node-aliases"
        actions={
          values.chatNodeAliases !== '' && (
            <CopyButton text={tidyList(values.chatNodeAliases)} label="Copy list" what="of chat node aliases" />
          )
        }
      >
        <div className="tg-form">
          {list(
            'chatNodeAliases',
            'IM and Presence chat node aliases',
            'Comma separated. Only for federated group chat over TLS; the same list on core and edge.',
          )}
          <Format
            label="Format of chat node aliases"
            value={values.chatNodeAliasFormat}
            disabled={disabled}
            options={xmppFormats}
            onChange={(value) => set({ chatNodeAliasFormat: value as Uc['chatNodeAliasFormat'] })}
          />
          {list(
            'otherSideChatNodeAliases',
            `The list on the ${edge ? 'core' : 'edge'} gateway`,
            'Paste it here to have the two compared; leave empty to skip that.',
          )}
        </div>
      </Panel>
      <Panel title="Phone security profiles" anchor="phone-security-profiles">
        <div className="tg-form">
          {edge && <Unneeded on="core" />}
          {list(
            'phoneSecurityProfiles',
            'Unified CM phone security profile names',
            'Comma separated, spelled as in Unified CM. Each must be a fully qualified domain name; rename others in Unified CM.',
          )}
        </div>
      </Panel>
      <SaveBar dirty={form.dirty} save={form.save} onCancel={form.clear} />
    </form>
  );
}

const xmppFormats = [
  ['dns', 'DNS (advised)'],
  ['xmpp', 'XMPPAddress: CAs may refuse it'],
] as const;

function Unneeded({ on }: { readonly on: string }) {
  return <p className="tg-dim tg-small tg-flat">Used on the {on} gateway only; kept here but not put into requests.</p>;
}

interface FormatProps {
  readonly label: string;
  readonly value: string;
  readonly disabled: boolean;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
}

function Format({ label, value, disabled, options, onChange }: FormatProps) {
  return (
    <NativeSelect
      label={label}
      maw={560}
      value={value}
      disabled={disabled}
      data={options.map(([option, text]) => ({ value: option, label: text }))}
      onChange={(e) => onChange(e.currentTarget.value)}
    />
  );
}
