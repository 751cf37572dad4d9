/** Automatic CRL updates: on or off, from where, when. */
import { Switch, Textarea, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import type { RevocationSettings } from '../../api.ts';
import { SaveBar } from '../../components/form/save-bar.tsx';
import { Panel } from '../../components/panel.tsx';
import { useMayChange } from '../../session.ts';
import { useRevocationForm } from './revocation-form.ts';

function read({ automatic, allowedHosts, allowedPorts }: RevocationSettings) {
  return {
    enabled: automatic.enabled,
    points: automatic.points.join('\n'),
    time: automatic.dailyUpdateTime,
    hosts: allowedHosts.join('\n'),
    ports: allowedPorts.join(', '),
  };
}

/** One distribution point on each line; what is wrong is said for all lines at once. */
export function AutomaticPanel({ settings }: { readonly settings: RevocationSettings }) {
  const form = useRevocationForm(settings, read, ({ enabled, points, time, hosts, ports }) => ({
    automatic: { enabled, points: lines(points), dailyUpdateTime: time.trim() },
    allowedHosts: lines(hosts),
    allowedPorts: lines(ports).map(Number),
  }));
  const disabled = !useMayChange();
  const { values, set } = form;
  function submit(event: FormEvent) {
    event.preventDefault();
    form.save.mutate();
  }
  return (
    <Panel title="Automatic CRL updates" anchor="automatic">
      <form onSubmit={submit} className="tg-form">
        <Switch
          label="Automatic CRL updates"
          description="Disabled: CRLs that were fetched are kept, and not used."
          checked={values.enabled}
          onChange={(e) => set({ enabled: e.currentTarget.checked })}
          disabled={disabled}
        />
        <Textarea
          label="HTTP(S) distribution points"
          description="One on each line: a CRL in PEM or DER, or a ZIP or GZIP of CRLs. Servers on HTTPS must have a certificate that this gateway trusts. Taking a line away takes its CRLs along."
          autosize
          minRows={2}
          maxRows={12}
          spellCheck={false}
          value={values.points}
          onChange={(e) => set({ points: e.currentTarget.value })}
          disabled={disabled}
        />
        <TextInput
          label="Daily update time (UTC)"
          description="About this time of day, and sooner before a CRL runs out."
          value={values.time}
          onChange={(e) => set({ time: e.currentTarget.value })}
          placeholder="02:00"
          maxLength={5}
          disabled={disabled}
        />
        <Textarea
          label="Allowed hosts"
          description="Hosts, addresses or blocks such as 10.0.0.0/8 that certificates may send this gateway to although their addresses are not public. Distribution points above need no entry for private addresses."
          autosize
          minRows={1}
          maxRows={8}
          spellCheck={false}
          value={values.hosts}
          onChange={(e) => set({ hosts: e.currentTarget.value })}
          disabled={disabled}
        />
        <TextInput
          label="Allowed ports"
          description="Beside 80, 443 and 8080, comma separated."
          value={values.ports}
          onChange={(e) => set({ ports: e.currentTarget.value })}
          disabled={disabled}
        />
        <SaveBar dirty={form.dirty} save={form.save} onCancel={form.clear} />
      </form>
    </Panel>
  );
}

function lines(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean);
}
