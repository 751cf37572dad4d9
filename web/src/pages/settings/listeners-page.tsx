/** Listeners: where the gateway listens, whether it does, and the servers behind it. */
import { Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { api, type Listener, type Settings, type SettingsPatch } from '../../api.ts';
import { SaveBar } from '../../components/form/save-bar.tsx';
import { ListTable } from '../../components/list/list-table.tsx';
import { StateWord } from '../../components/notice.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { useSettings } from '../../queries.ts';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { whileUsed } from '../../while-used.ts';
import { type Relay, RelaysPanel } from './relays-panel.tsx';
import { useSettingsForm } from './settings-form.ts';

/** The page System › Listeners. */
export function ListenersPage() {
  const settings = useSettings();
  return (
    <Page intro="Every port this gateway listens on. What comes in over TLS is verified here, then passed on to the server behind it.">
      <QueryView query={settings} rows={10}>
        {(data) => (
          <>
            <StatePanel settings={data} />
            <ListenersForm settings={data} />
          </>
        )}
      </QueryView>
    </Page>
  );
}

const kinds: Readonly<Record<Listener['kind'], string>> = {
  https: 'HTTPS',
  sip: 'SIP TLS',
  'sip-mutual': 'SIP mutual TLS',
  relay: 'Relay',
};

function StatePanel({ settings }: { readonly settings: Settings }) {
  const listeners = useQuery({
    // a saved change is a new version, and the ports follow it
    queryKey: ['settings', 'listeners', settings.version],
    queryFn: async () => (await unwrap(api.GET('/settings/listeners'))).listeners,
    refetchInterval: whileUsed,
  });
  return (
    <Panel title="State" anchor="state">
      <QueryView query={listeners} rows={3}>
        {(data) => <States settings={settings} data={data} />}
      </QueryView>
    </Panel>
  );
}

function States({ settings, data }: { readonly settings: Settings; readonly data: readonly Listener[] }) {
  const behind = ({ kind, name }: Listener) => {
    if (kind === 'https') return 'This page and the API';
    if (kind !== 'relay')
      return settings.sip.upstream ? place(settings.sip.upstream) : 'No server: OPTIONS is answered';
    const relay = settings.relays.find((one) => one.name === name);
    return relay ? place(relay.upstream) : '';
  };
  return (
    <ListTable
      label="Listeners"
      minWidth={560}
      rows={data}
      keyOf={({ kind, name }) => `${kind} ${name}`}
      columns={[
        {
          heading: 'State',
          cell: ({ bound }) => <StateWord of={bound ? ['ok', 'Listening'] : ['critical', 'Not listening']} />,
        },
        {
          heading: 'Listener',
          wraps: true,
          cell: ({ kind, name, words }) => (
            <>
              {kinds[kind]}
              {kind === 'relay' && ` ${name}`}
              {words !== '' && <div className="tg-small">{words}</div>}
            </>
          ),
        },
        { heading: 'Port', cell: ({ port }) => port },
        { heading: 'Passed on to', wraps: true, cell: behind },
      ]}
      empty={<Empty title="Nothing is known yet." />}
    />
  );
}

/** Lists and groups stand as text, so that a change can be told from what was loaded. */
function read({ listeners, sip, relays }: Settings) {
  return {
    address: listeners.address,
    httpsPort: listeners.httpsPort,
    sipTlsPort: listeners.sipTlsPort,
    mutual: sip.mutualTlsPort !== null,
    mutualTlsPort: sip.mutualTlsPort ?? 5062,
    upstreamHost: sip.upstream?.host ?? '',
    upstreamPort: sip.upstream?.port ?? 5060,
    relays: JSON.stringify(relays.map((relay): Relay => ({ ...relay, clientNames: relay.clientNames.join(', ') }))),
  };
}

type Values = ReturnType<typeof read>;

function write(changed: Partial<Values>, all: Values): Omit<SettingsPatch, 'version'> {
  const { address, httpsPort, sipTlsPort } = changed;
  const mutual = changed.mutual !== undefined || changed.mutualTlsPort !== undefined;
  const upstream = changed.upstreamHost !== undefined || changed.upstreamPort !== undefined;
  const { upstreamHost: host, upstreamPort: port } = all;
  return {
    ...([address, httpsPort, sipTlsPort].some((value) => value !== undefined) && {
      listeners: {
        ...(address !== undefined && { address }),
        ...(httpsPort !== undefined && { httpsPort }),
        ...(sipTlsPort !== undefined && { sipTlsPort }),
      },
    }),
    ...((mutual || upstream) && {
      sip: {
        ...(mutual && { mutualTlsPort: all.mutual ? all.mutualTlsPort : null }),
        ...(upstream && { upstream: host.trim() === '' ? null : { host, port } }),
      },
    }),
    ...(changed.relays !== undefined && { relays: JSON.parse(changed.relays) as Relay[] }),
  };
}

function ListenersForm({ settings }: { readonly settings: Settings }) {
  const form = useSettingsForm(settings, read, write);
  const { values, set, fault } = form;
  const disabled = !useMayChange();
  function submit(event: FormEvent) {
    event.preventDefault();
    form.save.mutate();
  }
  const port = (name: 'httpsPort' | 'sipTlsPort' | 'mutualTlsPort' | 'upstreamPort', label: string, more: PortMore) => (
    <NumberField
      label={label}
      value={values[name]}
      onChange={(value) => set({ [name]: value })}
      disabled={disabled}
      allowNegative={false}
      hideControls
      {...more}
    />
  );
  return (
    <form onSubmit={submit} className="tg-stack">
      <Panel title="Ports" anchor="ports">
        <p className="tg-dim tg-small" style={{ marginTop: 0 }}>
          Changes of these three are used from the next start; :: stands for every address of this machine.
        </p>
        <div className="tg-columns">
          <TextInput
            label="Address"
            value={values.address}
            onChange={(e) => set({ address: e.currentTarget.value })}
            error={fault('listeners.address')}
            spellCheck={false}
            autoComplete="off"
            disabled={disabled}
          />
          {port('httpsPort', 'HTTPS port', { error: fault('listeners.httpsPort') })}
          {port('sipTlsPort', 'SIP TLS port', { error: fault('listeners.sipTlsPort') })}
        </div>
      </Panel>
      <Panel title="SIP" anchor="sip">
        <div className="tg-stack">
          <p className="tg-dim tg-small" style={{ margin: 0 }}>
            SIP messages go over TCP to the server behind this gateway. Without one, OPTIONS is answered here and every
            other request gets 503.
          </p>
          <div className="tg-columns">
            <TextInput
              label="SIP server"
              description="A host name or an IP address; empty for none."
              value={values.upstreamHost}
              onChange={(e) => set({ upstreamHost: e.currentTarget.value })}
              error={fault('sip.upstream.host') ?? fault('sip.upstream')}
              spellCheck={false}
              autoComplete="off"
              disabled={disabled}
            />
            {port('upstreamPort', 'TCP port of the SIP server', {
              description: 'Usually 5060.',
              error: fault('sip.upstream.port'),
            })}
          </div>
          <Switch
            label="SIP mutual TLS"
            description="One more port, for peers with a certificate only."
            checked={values.mutual}
            onChange={(e) => set({ mutual: e.currentTarget.checked })}
            disabled={disabled}
          />
          {values.mutual && (
            <div className="tg-columns">
              {port('mutualTlsPort', 'SIP mutual TLS port', { error: fault('sip.mutualTlsPort') })}
            </div>
          )}
        </div>
      </Panel>
      <RelaysPanel
        relays={JSON.parse(values.relays) as Relay[]}
        onChange={(relays) => set({ relays: JSON.stringify(relays) })}
        fault={fault}
        disabled={disabled}
      />
      <SaveBar dirty={form.dirty} save={form.save} onCancel={form.clear} />
    </form>
  );
}

interface PortMore {
  readonly description?: string;
  readonly error: string | undefined;
}

function place({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
