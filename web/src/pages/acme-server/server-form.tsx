/** Settings of the ACME server: on or off, what may be ordered, by whom, and how names are proved. */
import { Checkbox, Select, Switch, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type AcmeServerSettings, api } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { EditForm } from '../../components/form/edit-form.tsx';
import { ListField, splitList } from '../../components/list-field.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { Panel } from '../../components/panel.tsx';
import { useEdits } from '../../edits.ts';
import { fieldError, toProblem } from '../../problem.ts';
import { unwrap } from '../../transport.ts';
import { useRefreshServer } from './acme-server-queries.ts';
import { ProfileChoice } from './profile-choice.tsx';

const lists = ['hosts', 'names', 'networks', 'resolvers', 'caaDomains'] as const;
type Listed = (typeof lists)[number];

export function ServerForm({ settings }: { readonly settings: AcmeServerSettings }) {
  const form = useEdits(valuesOf(settings), settings.version, 'the settings of the ACME server');
  const { values, set } = form;
  const client = useQueryClient();
  const refresh = useRefreshServer();
  const save = useMutation({
    mutationFn: () =>
      unwrap(api.PUT('/acme-server/settings', { body: { version: form.version, ...patchOf(form.changed) } })),
    onSuccess: async (next) => {
      client.setQueryData(['acme-server', 'settings'], next);
      form.clear(valuesOf(next), next.version);
      toast(next.enabled === settings.enabled ? 'Saved.' : next.enabled ? 'The server is on.' : 'The server is off.');
      await refresh();
    },
    onError: refresh,
  });
  const problem = save.isError ? toProblem(save.error) : undefined;
  const fault = (field: string) => fieldError(problem, field);
  const list = (name: Listed) => ({
    value: values[name],
    error: fault(name),
    onChange: (value: string) => set({ [name]: value }),
  });
  return (
    <Panel title="Settings" anchor="settings">
      <EditForm label="Settings of the ACME server" dirty={form.dirty} save={save} onCancel={form.clear}>
        <Switch
          label="ACME server"
          description="Clients enrol and renew over the HTTPS port of this gateway."
          checked={values.enabled}
          error={fault('enabled')}
          onChange={(e) => set({ enabled: e.currentTarget.checked })}
        />
        <ProfileChoice
          offered={settings.templates}
          chosen={values.profiles}
          error={fault('profiles')}
          onChange={(profiles) => set({ profiles })}
        />
        <Select
          label="Default profile"
          description="For orders that name none."
          data={[
            { value: '', label: 'The first one' },
            ...values.profiles.map((name) => ({ value: name, label: name })),
          ]}
          allowDeselect={false}
          value={values.profiles.includes(values.defaultProfile) ? values.defaultProfile : ''}
          error={fault('defaultProfile')}
          onChange={(name) => set({ defaultProfile: name ?? '' })}
        />
        <ListField
          label="Names"
          description="What may be ordered: domains with everything below, address ranges, * for every name. Empty: nothing."
          {...list('names')}
        />
        <Switch
          label="Wildcards"
          description="Where the template agrees. Proved by DNS-01 only."
          checked={values.wildcards}
          onChange={(e) => set({ wildcards: e.currentTarget.checked })}
        />
        <Switch
          label="External account binding"
          description="Only who holds an external account key may register."
          checked={values.externalAccountRequired}
          onChange={(e) => set({ externalAccountRequired: e.currentTarget.checked })}
        />
        <Checkbox.Group
          label="Challenges"
          value={[...values.challenges]}
          error={fault('challenges')}
          onChange={(challenges) => set({ challenges: challenges as AcmeServerSettings['challenges'] })}
        >
          <div className="tg-actions" style={{ gap: 16, marginTop: 6 }}>
            <Checkbox value="http-01" label="HTTP-01" />
            <Checkbox value="tls-alpn-01" label="TLS-ALPN-01" />
            <Checkbox value="dns-01" label="DNS-01" />
          </div>
        </Checkbox.Group>
        <ListField
          label="Networks"
          description="Address ranges in which names are validated. Empty: private and public addresses, never this gateway."
          {...list('networks')}
        />
        <ListField
          label="Resolvers"
          description="DNS servers asked in validations. Empty: those of this machine."
          {...list('resolvers')}
        />
        <ListField
          label="CAA domains"
          description="By which CAA records name this CA. Empty: such records are not looked for."
          {...list('caaDomains')}
        />
        <ListField
          label="Hosts"
          description="Names by which clients call, beside those of this gateway."
          {...list('hosts')}
        />
        <div className="tg-columns tg-columns-narrow">
          {numbers.map(([field, label, min, max]) => (
            <NumberField
              key={field}
              label={label}
              min={min}
              max={max}
              value={values[field]}
              error={fault(field) ?? fault(`limits.${field}`)}
              onChange={(value) => set({ [field]: value })}
              hideControls
            />
          ))}
        </div>
        <div className="tg-columns tg-columns-narrow">
          <TextInput
            label="Terms of service (URL)"
            description="New accounts must agree to them. When they change, accounts that are there are not asked again. Empty: none."
            value={values.termsUrl}
            error={fault('termsUrl')}
            onChange={(e) => set({ termsUrl: e.currentTarget.value })}
          />
          <TextInput
            label="Website (URL)"
            description="Shown to clients."
            value={values.website}
            error={fault('website')}
            onChange={(e) => set({ website: e.currentTarget.value })}
          />
        </div>
      </EditForm>
    </Panel>
  );
}

const numbers = [
  ['authorizationHours', 'Proof counts for (hours)', 0, 720],
  ['ordersPerAccount', 'Orders of an account in 3 hours', 1, 1_000_000],
  ['accountsPerAddress', 'Accounts of an address in 3 hours', 1, 1_000_000],
  ['failuresPerName', 'Failures of a name in an hour', 1, 1_000_000],
  ['requestsPerMinute', 'Requests of an address a minute', 1, 1_000_000],
] as const;

function valuesOf({ limits, ...settings }: AcmeServerSettings) {
  const { enabled, profiles, defaultProfile, wildcards, externalAccountRequired, challenges } = settings;
  const { authorizationHours, termsUrl, website, hosts, names, networks, resolvers, caaDomains } = settings;
  return {
    enabled,
    profiles,
    defaultProfile,
    wildcards,
    externalAccountRequired,
    challenges,
    authorizationHours,
    termsUrl,
    website,
    hosts: hosts.join(', '),
    names: names.join(', '),
    networks: networks.join(', '),
    resolvers: resolvers.join(', '),
    caaDomains: caaDomains.join(', '),
    ...limits,
  };
}

type Values = ReturnType<typeof valuesOf>;

/** The change as the API takes it: lists as lists, limits together. */
function patchOf(changed: Partial<Values>) {
  const { ordersPerAccount, accountsPerAddress, failuresPerName, requestsPerMinute, ...rest } = changed;
  const { hosts, names, networks, resolvers, caaDomains, ...plain } = rest;
  const listed = Object.entries({ hosts, names, networks, resolvers, caaDomains }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, splitList(text)] as const],
  );
  const given = { ordersPerAccount, accountsPerAddress, failuresPerName, requestsPerMinute };
  const limits = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    ...plain,
    ...(Object.fromEntries(listed) as Partial<Record<Listed, string[]>>),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}
