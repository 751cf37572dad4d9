/** One zone: its state, its peers, and the form to change it; the same form makes a new one. */
import { Button, Select, Switch, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { api, type Zone } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { ListField, splitList } from '../../components/list-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { useEdits } from '../../edits.ts';
import { navigate } from '../../location.ts';
import { toProblem } from '../../problem.ts';
import { useIdentities } from '../../queries.ts';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useTrustSets, useZoneChanges, useZones } from './zone-queries.ts';
import { identityLabel, kindLabels, ZoneState } from './zone-state.tsx';
import { ZoneStates } from './zone-states.tsx';

const back = { to: '/configuration/zones', label: 'Zones' };

const blank: Zone = {
  id: '',
  version: 0,
  position: 0,
  name: '',
  kind: 'neighbor',
  peers: [],
  port: 5061,
  tlsVerify: false,
  subjectName: '',
  identity: 'server',
  ekuRule: 'strict',
  trustSet: '',
  enabled: true,
  state: 'checking',
  words: '',
  states: [],
  advice: [],
};

/** The pages Configuration › Zones › one of them, and › New zone. */
export function ZonePage({ id }: { readonly id: string }) {
  const zones = useZones();
  if (id === 'new')
    return (
      <Page title="New zone" back={back}>
        <ZoneForm zone={blank} />
      </Page>
    );
  const zone = zones.data?.find((one) => one.id === id);
  return (
    <Page title={zone === undefined ? 'Zone' : zone.kind === 'default' ? zone.name : `Zone ${zone.name}`} back={back}>
      <QueryView query={zones} rows={8}>
        {() =>
          zone === undefined ? (
            <Notice tone="warning" title="There is no such zone.">
              It may have been deleted meanwhile.
            </Notice>
          ) : (
            <>
              <Panel title="State">
                <div className="tg-stack">
                  <p style={{ margin: 0 }}>
                    <ZoneState state={zone.state} /> {zone.words}
                  </p>
                  {zone.advice.map((one) => (
                    <Notice key={one} tone="warning">
                      {one}
                    </Notice>
                  ))}
                  {zone.states.length > 0 && <ZoneStates states={zone.states} />}
                </div>
              </Panel>
              <ZoneForm zone={zone} />
            </>
          )
        }
      </QueryView>
    </Page>
  );
}

type ZoneValues = Omit<Zone, 'peers'> & { readonly peers: string };
const valuesOf = (zone: Zone): ZoneValues => ({ ...zone, peers: zone.peers.join(', ') });
type EkuChoice = 'strict' | 'server-auth-accepted' | 'until';

function ZoneForm({ zone }: { readonly zone: Zone }) {
  const isNew = zone.id === '';
  const form = useEdits(valuesOf(zone), zone.version, 'this zone');
  const { values, set } = form;
  const identities = useIdentities();
  const trustSets = useTrustSets();
  const { refresh } = useZoneChanges();
  const disabled = !useMayChange();
  const save = useMutation({
    mutationFn: () => {
      const { name, kind, port, tlsVerify, subjectName, identity, ekuRule, trustSet, enabled } = values;
      const fields = { name, port, tlsVerify, subjectName, identity, ekuRule, trustSet, enabled };
      const peers = splitList(values.peers);
      if (isNew && kind !== 'default') return unwrap(api.POST('/zones', { body: { ...fields, kind, peers } }));
      return unwrap(
        api.PATCH('/zones/{id}', {
          params: { path: { id: zone.id } },
          body: { version: form.version, ...fields, peers },
        }),
      );
    },
    // somebody else may have been faster: the list shows what holds
    onError: refresh,
    onSuccess: async (saved) => {
      toast(isNew ? `Zone ${saved.name} is there.` : 'Saved.');
      form.clear(valuesOf(saved), saved.version);
      await refresh();
      if (isNew) navigate(`/configuration/zones/${saved.id}`, { saved: true });
    },
  });
  const errors = save.error ? toProblem(save.error).errors : [];
  const fault = (field: string) =>
    errors.find((error) => error.field === field || error.field?.startsWith(`${field}.`))?.detail;
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  const { kind, ekuRule } = values;
  const calls = kind === 'neighbor' || kind === 'traversal-client';
  const choice: EkuChoice = typeof ekuRule === 'string' ? ekuRule : 'until';
  const slots = [...(identities.data ?? []).map(({ slot }) => slot as string), 'none'];
  return (
    <form onSubmit={submit}>
      <Panel title="Configuration">
        <div className="tg-form">
          <TextInput
            label="Name"
            value={values.name}
            onChange={(e) => set({ name: e.currentTarget.value })}
            error={fault('name')}
            required
            maxLength={50}
            autoComplete="off"
            disabled={disabled}
          />
          {isNew && (
            <Select
              label="Type"
              description="A neighbor calls and is called, a traversal client calls, a traversal server waits to be called."
              data={(['neighbor', 'traversal-client', 'traversal-server'] as const).map((value) => ({
                value,
                label: kindLabels[value],
              }))}
              allowDeselect={false}
              value={kind}
              onChange={(value) => set({ kind: value as Zone['kind'], identity: 'server' })}
            />
          )}
          <Switch
            label="Enabled"
            checked={values.enabled}
            onChange={(e) => set({ enabled: e.currentTarget.checked })}
            disabled={disabled}
          />
          {kind !== 'default' && (
            <>
              <ListField
                label="Peer addresses"
                description="FQDNs, at most six. An IP address matches only a certificate that holds it; certificates are made for FQDNs."
                value={values.peers}
                onChange={(peers) => set({ peers })}
                error={fault('peers')}
                disabled={disabled}
              />
              <NumberField
                label="Port"
                value={values.port}
                onChange={(value) => set({ port: value })}
                error={fault('port')}
                min={1}
                max={65535}
                hideControls
                disabled={disabled}
              />
            </>
          )}
          <Switch
            label="TLS verify mode"
            description={
              kind === 'default'
                ? 'On: every stranger must show a certificate that leads to a trusted CA. Off: it is judged and shown, not enforced.'
                : 'On: the certificate must lead to a trusted CA and prove the name. Off: it is judged and shown, not enforced.'
            }
            checked={values.tlsVerify}
            onChange={(e) => set({ tlsVerify: e.currentTarget.checked })}
            disabled={disabled}
          />
          {kind === 'traversal-server' && (
            <TextInput
              label="TLS verify subject name"
              description="The name that the client’s certificate must hold."
              value={values.subjectName}
              onChange={(e) => set({ subjectName: e.currentTarget.value })}
              error={fault('subjectName')}
              spellCheck={false}
              autoComplete="off"
              disabled={disabled}
            />
          )}
          {calls && (
            <Select
              label="Identity"
              description="What this gateway shows when it calls. Public CAs certify no clients since 2026: a client certificate comes from a private CA."
              data={slots.map((value) => ({ value, label: identityLabel(value) }))}
              allowDeselect={false}
              value={values.identity}
              onChange={(value) => set({ identity: value ?? 'server' })}
              error={fault('identity')}
              disabled={disabled}
            />
          )}
          {kind !== 'default' && (
            <Select
              label="Extended key usage of a peer that calls"
              data={[
                { value: 'strict', label: 'Strict: clientAuth is needed' },
                { value: 'server-auth-accepted', label: 'serverAuth accepted' },
                { value: 'until', label: 'serverAuth accepted until a date' },
              ]}
              description="serverAuth is accepted only where a subject alternative name is this peer’s and the chain ends in the trust of this zone."
              allowDeselect={false}
              value={choice}
              onChange={(value) =>
                set({
                  ekuRule: value === 'until' ? { until: '2027-03-15' } : (value as 'strict' | 'server-auth-accepted'),
                })
              }
              error={fault('ekuRule')}
              disabled={disabled}
            />
          )}
          {typeof ekuRule !== 'string' && (
            <TextInput
              type="date"
              label="Accepted until (UTC)"
              value={ekuRule.until}
              onChange={(e) => set({ ekuRule: { until: e.currentTarget.value } })}
              required
              disabled={disabled}
            />
          )}
          <Select
            label="Trust"
            data={[
              { value: '', label: 'Trusted CA list' },
              ...(trustSets.data ?? []).map(({ name }) => ({ value: name, label: `Trust set ${name}` })),
            ]}
            allowDeselect={false}
            value={values.trustSet}
            onChange={(value) => set({ trustSet: value ?? '' })}
            error={fault('trustSet')}
            disabled={disabled}
          />
          {save.isError && <ProblemNotice error={save.error} />}
          {!disabled && (
            <div className="tg-actions">
              <Button type="submit" size="sm" loading={save.isPending}>
                {isNew ? 'Create zone' : 'Save'}
              </Button>
              <Button variant="default" size="sm" onClick={() => navigate('/configuration/zones')}>
                Cancel
              </Button>
            </div>
          )}
        </div>
      </Panel>
    </form>
  );
}
