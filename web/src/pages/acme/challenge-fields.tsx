/** How the gateway proves to a CA that it holds a name: HTTP-01, TLS-ALPN-01, or DNS-01 in three ways. */
import { Checkbox, PasswordInput, Select, Textarea, TextInput } from '@mantine/core';
import type { AcmeProvider, AcmeProviderRequest } from '../../api.ts';
import { NumberField } from '../../components/number-field.tsx';
import { challengeWords } from './acme-words.ts';

export type Challenge = NonNullable<AcmeProviderRequest['challenge']>;

/** Every field of every way, so that nothing typed is lost by looking at another way. */
export interface ChallengeValues {
  readonly type: Challenge['type'];
  readonly method: 'rfc2136' | 'exec' | 'webhook';
  readonly server: string;
  readonly port: number;
  readonly zone: string;
  readonly keyName: string;
  readonly keyAlgorithm: 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';
  readonly secret: string;
  /** The bearer token that is kept is forgotten. */
  readonly noToken: boolean;
  readonly program: string;
  readonly url: string;
  readonly caPem: string;
}

export function challengeValues(challenge?: AcmeProvider['challenge']): ChallengeValues {
  const empty: ChallengeValues = {
    type: 'http-01',
    method: 'rfc2136',
    server: '',
    port: 53,
    zone: '',
    keyName: '',
    keyAlgorithm: 'hmac-sha256',
    secret: '',
    noToken: false,
    program: '',
    url: '',
    caPem: '',
  };
  if (challenge === undefined) return empty;
  if (challenge.type !== 'dns-01') return { ...empty, type: challenge.type };
  if (challenge.method === 'exec')
    return { ...empty, type: 'dns-01', method: 'exec', program: challenge.program.join('\n') };
  const given = Object.fromEntries(Object.entries(challenge).filter(([, value]) => value !== undefined));
  return { ...empty, ...given };
}

/** As the API takes it; an empty secret leaves the one there is. */
export function challengeOf(values: ChallengeValues): Challenge {
  if (values.type !== 'dns-01') return { type: values.type };
  const { server, port, zone, keyName, keyAlgorithm, secret, noToken, program, url, caPem } = values;
  const sealed = secret === '' ? {} : { secret };
  if (values.method === 'exec')
    return { type: 'dns-01', method: 'exec', program: program.split('\n').filter((word) => word.trim() !== '') };
  if (values.method === 'webhook')
    return {
      type: 'dns-01',
      method: 'webhook',
      url,
      ...(caPem !== '' && { caPem }),
      ...(noToken ? { secret: null } : sealed),
    };
  return {
    type: 'dns-01',
    method: 'rfc2136',
    server,
    port,
    ...sealed,
    ...(zone !== '' && { zone }),
    ...(keyName !== '' && { keyName, keyAlgorithm }),
  };
}

interface ChallengeFieldsProps {
  readonly value: ChallengeValues;
  readonly onChange: (value: ChallengeValues) => void;
  /** A provider that is there: its secret is kept while none is typed. */
  readonly known: boolean;
  readonly error: string | undefined;
}

export function ChallengeFields({ value, onChange, known, error }: ChallengeFieldsProps) {
  const set = (change: Partial<ChallengeValues>) => onChange({ ...value, ...change });
  const kept = known ? ' Kept sealed and never shown; empty: as it is.' : ' Kept sealed and never shown.';
  return (
    <>
      <Select
        label="Challenge type"
        description="How the gateway proves that it holds its names."
        data={Object.entries(challengeWords).map(([type, label]) => ({ value: type, label }))}
        allowDeselect={false}
        value={value.type}
        error={error}
        onChange={(type) => set({ type: (type ?? 'http-01') as Challenge['type'] })}
      />
      {value.type === 'dns-01' && (
        <Select
          label="TXT record set by"
          data={[
            { value: 'rfc2136', label: 'DNS update (RFC 2136)' },
            { value: 'exec', label: 'Program on this machine' },
            { value: 'webhook', label: 'Webhook' },
          ]}
          allowDeselect={false}
          value={value.method}
          onChange={(method) => set({ method: (method ?? 'rfc2136') as ChallengeValues['method'] })}
        />
      )}
      {value.type === 'dns-01' && value.method === 'rfc2136' && (
        <>
          <div className="tg-columns tg-columns-narrow">
            <TextInput
              label="Primary name server"
              description="Address or name."
              required
              withAsterisk={false}
              value={value.server}
              onChange={(e) => set({ server: e.currentTarget.value })}
            />
            <NumberField
              label="Port"
              min={1}
              max={65_535}
              value={value.port}
              onChange={(port) => set({ port })}
              hideControls
            />
            <TextInput
              label="Zone"
              description="Empty: asked of the DNS."
              value={value.zone}
              onChange={(e) => set({ zone: e.currentTarget.value })}
            />
          </div>
          <div className="tg-columns tg-columns-narrow">
            <TextInput
              label="TSIG key name"
              value={value.keyName}
              onChange={(e) => set({ keyName: e.currentTarget.value })}
            />
            <Select
              label="TSIG algorithm"
              data={['hmac-sha256', 'hmac-sha384', 'hmac-sha512']}
              allowDeselect={false}
              value={value.keyAlgorithm}
              onChange={(algorithm) =>
                set({ keyAlgorithm: (algorithm ?? 'hmac-sha256') as ChallengeValues['keyAlgorithm'] })
              }
            />
          </div>
          <Secret label="TSIG key" description={`Base64.${kept}`} value={value.secret} onChange={set} />
        </>
      )}
      {value.type === 'dns-01' && value.method === 'exec' && (
        <Textarea
          label="Program"
          description="Full path, then each fixed argument on a line of its own. No shell sees them."
          required
          withAsterisk={false}
          autosize
          minRows={2}
          spellCheck={false}
          value={value.program}
          onChange={(e) => set({ program: e.currentTarget.value })}
        />
      )}
      {value.type === 'dns-01' && value.method === 'webhook' && (
        <>
          <TextInput
            label="URL"
            type="url"
            required
            withAsterisk={false}
            placeholder="https://dns.example.com/acme"
            value={value.url}
            onChange={(e) => set({ url: e.currentTarget.value })}
          />
          <Textarea
            label="CA of the webhook (PEM)"
            description="Empty: public CAs."
            autosize
            minRows={2}
            maxRows={6}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
            value={value.caPem}
            onChange={(e) => set({ caPem: e.currentTarget.value })}
          />
          <Secret
            label="Bearer token"
            description={`Sent with each call.${kept}`}
            value={value.secret}
            onChange={set}
            disabled={value.noToken}
          />
          {known && (
            <Checkbox
              label="Call it without a token from now on"
              checked={value.noToken}
              onChange={(e) => set({ noToken: e.currentTarget.checked, secret: '' })}
            />
          )}
        </>
      )}
    </>
  );
}

interface SecretProps {
  readonly label: string;
  readonly description: string;
  readonly value: string;
  readonly onChange: (change: Pick<ChallengeValues, 'secret'>) => void;
  readonly disabled?: boolean;
}

function Secret({ label, description, value, onChange, disabled }: SecretProps) {
  return (
    <PasswordInput
      label={label}
      description={description}
      autoComplete="off"
      disabled={disabled}
      value={value}
      onChange={(e) => onChange({ secret: e.currentTarget.value })}
      visibilityToggleButtonProps={{ 'aria-label': `Show: ${label}` }}
    />
  );
}
