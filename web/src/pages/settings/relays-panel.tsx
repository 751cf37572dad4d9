/** Relays: ports that verify a TLS client and pass its bytes on. */
import { Button, Select, Switch, TextInput } from '@mantine/core';
import type { Settings } from '../../api.ts';
import { ListField } from '../../components/list-field.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty } from '../../components/query-view.tsx';
import { useTrustSets } from '../zones/zone-queries.ts';

/** As it stands in the form: names as they are being typed. */
export type Relay = Omit<Settings['relays'][number], 'clientNames'> & { readonly clientNames: string };

const purposes: readonly { value: Relay['purpose']; label: string }[] = [
  { value: 'https-client', label: 'TLS clients' },
  { value: 'xmpp', label: 'XMPP servers' },
  { value: 'ldap', label: 'LDAP' },
  { value: 'syslog', label: 'Syslog senders' },
];

interface RelaysPanelProps {
  readonly relays: readonly Relay[];
  readonly onChange: (relays: readonly Relay[]) => void;
  readonly fault: (field: string) => string | undefined;
  readonly disabled: boolean;
}

/** Every relay as a group of fields; `onChange` takes the whole list. */
export function RelaysPanel({ relays, onChange, fault, disabled }: RelaysPanelProps) {
  const trustSets = useTrustSets();
  const sets = [
    { value: '', label: 'Trusted CA list' },
    ...(trustSets.data ?? []).map(({ name }) => ({ value: name, label: `Trust set ${name}` })),
  ];
  // the place in the list is all that tells unsaved relays apart
  const numbered = relays.map((relay, i) => ({ relay, at: `relays.${i}` }));
  function add() {
    const used = new Set(relays.map(({ name }) => name));
    const name = ['relay', ...relays.map((_, i) => `relay-${i + 2}`)].find((one) => !used.has(one)) ?? '';
    onChange([...relays, { ...blank, name }]);
  }
  return (
    <Panel title="Relays" anchor="relays">
      <div className="tg-stack">
        <p className="tg-dim tg-small" style={{ margin: 0 }}>
          A relay ends TLS, verifies the client and passes the bytes both ways, whatever they are: XMPP, LDAP, syslog.
        </p>
        {relays.length === 0 && <Empty title="There is no relay." />}
        {numbered.map(({ relay, at }, i) => {
          const change = (part: Partial<Relay>) =>
            onChange(relays.map((one, j) => (i === j ? { ...one, ...part } : one)));
          const upstream = (part: Partial<Relay['upstream']>) => change({ upstream: { ...relay.upstream, ...part } });
          return (
            <fieldset key={at} className="tg-rule">
              <legend className="tg-visually-hidden">Relay {i + 1}</legend>
              <TextInput
                label="Name"
                value={relay.name}
                onChange={(e) => change({ name: e.currentTarget.value })}
                error={fault(`${at}.name`)}
                required
                maxLength={32}
                spellCheck={false}
                autoComplete="off"
                disabled={disabled}
              />
              <NumberField
                label="Port"
                value={relay.port}
                onChange={(value) => change({ port: value })}
                error={fault(`${at}.port`)}
                allowNegative={false}
                hideControls
                disabled={disabled}
              />
              <TextInput
                label="Server behind it"
                value={relay.upstream.host}
                onChange={(e) => upstream({ host: e.currentTarget.value })}
                error={fault(`${at}.upstream.host`) ?? fault(`${at}.upstream`)}
                required
                spellCheck={false}
                autoComplete="off"
                disabled={disabled}
              />
              <NumberField
                label="Port of the server"
                value={relay.upstream.port}
                onChange={(value) => upstream({ port: value })}
                error={fault(`${at}.upstream.port`)}
                allowNegative={false}
                hideControls
                disabled={disabled}
              />
              <Select
                label="Clients are"
                data={purposes}
                allowDeselect={false}
                value={relay.purpose}
                onChange={(value) => change({ purpose: value as Relay['purpose'] })}
                disabled={disabled}
              />
              <Select
                label="Trust"
                data={sets}
                allowDeselect={false}
                value={relay.trustSet}
                onChange={(value) => change({ trustSet: value ?? '' })}
                error={fault(`${at}.trustSet`)}
                disabled={disabled}
              />
              <ListField
                label="Client names"
                value={relay.clientNames}
                onChange={(clientNames) => change({ clientNames })}
                error={fault(`${at}.clientNames`)}
                disabled={disabled}
              />
              <Switch
                label="Certificate required"
                checked={relay.requireClientCertificate}
                onChange={(e) => change({ requireClientCertificate: e.currentTarget.checked })}
                disabled={disabled}
                mt={{ base: 0, md: 26 }}
              />
              {!disabled && (
                <Button
                  variant="default"
                  onClick={() => onChange(relays.filter((_, j) => i !== j))}
                  aria-label={`Remove relay ${relay.name || i + 1}`}
                >
                  Remove
                </Button>
              )}
            </fieldset>
          );
        })}
        {!disabled && (
          <div className="tg-actions">
            <Button variant="default" onClick={add} disabled={relays.length >= 20}>
              Add relay
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

const blank: Relay = {
  name: '',
  port: 6514,
  upstream: { host: '', port: 601 },
  requireClientCertificate: true,
  trustSet: '',
  clientNames: '',
  purpose: 'https-client',
};
