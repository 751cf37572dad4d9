/** The fields of Generate CSR, named as in the guides. */
import { Autocomplete, Checkbox, NativeSelect, Radio, Textarea, TextInput } from '@mantine/core';
import type { CsrDefaults, CsrForm, CsrPreview } from '../../api.ts';
import { Panel } from '../../components/panel.tsx';

interface CsrFieldsProps {
  readonly slot: string;
  readonly form: CsrForm;
  readonly onChange: (form: CsrForm) => void;
  readonly defaults: CsrDefaults;
  readonly errors: CsrPreview['errors'];
}

const subject = [
  ['country', 'Country', 'Two letters, such as GB'],
  ['state', 'State', 'State or province'],
  ['locality', 'Locality (town name)', ''],
  ['organization', 'Organization (company name)', ''],
  ['organizationalUnit', 'Organizational unit', ''],
  ['email', 'Email address', ''],
] as const;

/** Common name, alternative names, key, purposes, subject. Faults stand under their field. */
export function CsrFields({ slot, form, onChange, defaults, errors }: CsrFieldsProps) {
  const set = (change: Partial<CsrForm>) => onChange({ ...form, ...change });
  const error = (field: string) => {
    const found = errors.filter(
      (e) => e.field === field || e.field.startsWith(`${field}.`) || e.field.startsWith(`${field}[`),
    );
    return found.length === 0 ? undefined : found.map((e) => [e.detail, e.hint].filter(Boolean).join(' ')).join(' ');
  };
  const help = (field: string, fallback = '') => defaults.helps[field] ?? fallback;
  const names = defaults.commonNames;
  // In a cluster this peer and the cluster are always named, so that `none` means the same as `this-peer`.
  const choice =
    defaults.clustered && form.alternativeNames !== 'all-peers' ? 'this-peer' : (form.alternativeNames ?? 'none');
  return (
    <>
      <Panel title="Name">
        <div className="tg-form">
          <Autocomplete
            label="Common name"
            description={help(
              'commonName',
              'A fully qualified domain name. It is always repeated in the alternative names.',
            )}
            data={names.map((n) => n.value)}
            value={form.commonName ?? ''}
            error={error('commonName')}
            onChange={(commonName) => set({ commonName })}
            autoComplete="off"
          />
          {names.length > 1 && (
            <div className="tg-dim tg-small">{names.map((n) => `${n.label}: ${n.value}`).join(' · ')}</div>
          )}
        </div>
      </Panel>
      <Panel title="Alternative names">
        <div className="tg-form">
          <Radio.Group
            label="Subject alternative names"
            description={help('alternativeNames')}
            value={choice}
            onChange={(value) => set({ alternativeNames: value as NonNullable<CsrForm['alternativeNames']> })}
            error={error('alternativeNames')}
          >
            <div className="tg-stack" style={{ gap: 6, marginTop: 6 }}>
              {!defaults.clustered && <Radio value="none" label="None: the common name only" />}
              <Radio
                value="this-peer"
                label={defaults.clustered ? 'FQDN of this peer and of the cluster' : 'FQDN of this gateway'}
              />
              {defaults.clustered && (
                <Radio
                  value="all-peers"
                  label="FQDNs of all peers and of the cluster (one leak then exposes them all)"
                />
              )}
            </div>
          </Radio.Group>
          <Textarea
            label="Additional alternative names (comma separated)"
            description={help('additionalNames')}
            autosize
            minRows={2}
            maxRows={8}
            value={(form.additionalNames ?? []).join(', ')}
            error={error('additionalNames')}
            onChange={(e) => {
              const text = e.currentTarget.value;
              set({ additionalNames: text === '' ? [] : [text] });
            }}
            spellCheck={false}
          />
        </div>
      </Panel>
      <Panel title="Key and purposes">
        <div className="tg-form">
          <div className="tg-columns tg-columns-narrow">
            <NativeSelect
              label="Key length (in bits)"
              description={help('key')}
              data={[...defaults.keys]}
              value={form.key ?? 'rsa-2048'}
              disabled={form.reuseKey === true}
              error={error('key')}
              onChange={(e) => set({ key: e.currentTarget.value })}
            />
            <NativeSelect
              label="Digest algorithm"
              description={help('digest')}
              data={defaults.digests.map((value) => ({ value, label: value.toUpperCase().replace('SHA', 'SHA-') }))}
              value={form.digest ?? 'sha256'}
              error={error('digest')}
              onChange={(e) => set({ digest: e.currentTarget.value })}
            />
          </div>
          {defaults.canReuseKey && (
            <Checkbox
              label="Re-use current private key"
              description={help('reuseKey', 'The request is made for the key in use instead of a new one.')}
              checked={form.reuseKey ?? false}
              error={error('reuseKey')}
              onChange={(e) => set({ reuseKey: e.currentTarget.checked })}
            />
          )}
          <Radio.Group
            label="Extended key usage"
            description={help('purpose')}
            value={form.purpose ?? 'server-and-client'}
            error={error('purpose')}
            onChange={(value) => set({ purpose: value as NonNullable<CsrForm['purpose']> })}
          >
            <div className="tg-stack" style={{ gap: 6, marginTop: 6 }}>
              <Radio
                value="server-and-client"
                label="Server and client authentication"
                description={slot === 'server' ? 'For a private CA; needed where zones use mutual TLS.' : undefined}
              />
              <Radio
                value="server-only"
                label="Server authentication only"
                description="For a public CA: since 2026 they issue nothing else."
              />
            </div>
          </Radio.Group>
        </div>
      </Panel>
      <Panel title="Subject (optional)">
        <div className="tg-columns tg-columns-narrow">
          {subject.map(([field, label, note]) => (
            <TextInput
              key={field}
              label={label}
              description={help(field, note) || undefined}
              value={form[field] ?? ''}
              error={error(field)}
              maxLength={field === 'country' ? 2 : 300}
              autoComplete="off"
              onChange={(e) => set({ [field]: e.currentTarget.value })}
            />
          ))}
        </div>
      </Panel>
    </>
  );
}
