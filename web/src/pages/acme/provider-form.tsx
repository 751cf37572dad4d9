/** A provider's settings: where the CA is, what to ask of it, how names are proved. */
import { Autocomplete, Button, PasswordInput, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'wouter';
import {
  type AcmeDirectory,
  type AcmeProvider,
  type AcmeProviderPatch,
  type AcmeProviderRequest,
  api,
} from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { EditForm } from '../../components/form/edit-form.tsx';
import { ListField, splitList } from '../../components/list-field.tsx';
import { useEdits } from '../../edits.ts';
import { navigate } from '../../location.ts';
import { fieldError, toProblem } from '../../problem.ts';
import { unwrap } from '../../transport.ts';
import { useTemplates } from '../private-ca/private-ca-queries.ts';
import { useRefreshAcme } from './acme-queries.ts';
import { ChallengeFields, challengeOf, challengeValues } from './challenge-fields.tsx';

interface ProviderFormProps {
  /** Absent for a new one. */
  readonly provider?: AcmeProvider;
  /** What the CA said of itself, once it was asked. */
  readonly directory?: AcmeDirectory | undefined;
  readonly onAsk?: () => void;
}

export function ProviderForm({ provider, directory, onAsk }: ProviderFormProps) {
  const form = useEdits(valuesOf(provider), provider?.version ?? 0, 'the provider');
  const { values, set } = form;
  const refresh = useRefreshAcme();
  const save = useMutation({
    mutationFn: () =>
      provider === undefined
        ? unwrap(api.POST('/acme/providers', { body: requestOf(values) }))
        : unwrap(
            api.PATCH('/acme/providers/{id}', {
              params: { path: { id: provider.id } },
              body: { version: form.version, ...patchOf(values) },
            }),
          ),
    onSuccess: async ({ id }) => {
      await refresh();
      form.clear();
      toast(provider === undefined ? 'The provider is added.' : 'Saved.');
      if (provider === undefined) navigate(`/security/acme/${id}`, { saved: true });
    },
    onError: () => (provider === undefined ? undefined : refresh()),
  });
  const offered =
    directory === undefined || values.profile === '' || directory.profiles.some(({ name }) => name === values.profile);
  const problem = save.isError ? toProblem(save.error) : undefined;
  return (
    <EditForm label="Provider" dirty={form.dirty} save={save} onCancel={form.clear}>
      {provider === undefined && (
        <SegmentedControl
          aria-label="Kind of provider"
          data={[
            { value: 'acme', label: 'ACME directory' },
            { value: 'private-ca', label: 'Private CA' },
          ]}
          value={values.kind}
          onChange={(kind) => set({ kind: kind === 'private-ca' ? kind : 'acme' })}
        />
      )}
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        autoComplete="off"
        value={values.name}
        error={fieldError(problem, 'name')}
        onChange={(e) => set({ name: e.currentTarget.value })}
      />
      {values.kind === 'private-ca' ? (
        <TemplateField value={values.template} onChange={(template) => set({ template })} />
      ) : (
        <>
          <DirectoryFields {...{ values, set, problem }} builtIn={provider?.builtIn ?? false} />
          {provider?.account?.status !== 'valid' && (
            <TextInput
              label="Admin e-mail"
              description="The CA may write there. Several with commas."
              autoComplete="off"
              value={values.contact}
              error={fieldError(problem, 'contact')}
              onChange={(e) => set({ contact: e.currentTarget.value })}
            />
          )}
          <AccountBinding {...{ values, set, problem }} kept={provider?.externalAccount?.keyId ?? ''} />
          <div className="tg-columns tg-columns-narrow" style={{ alignItems: 'start' }}>
            <Autocomplete
              label="Profile"
              description={
                directory === undefined
                  ? 'One that the CA offers. Empty: its default.'
                  : directory.profiles.length === 0
                    ? 'The CA offers none to choose from.'
                    : `Offered: ${directory.profiles.map(({ name }) => name).join(', ')}.`
              }
              data={directory?.profiles.map(({ name }) => name) ?? []}
              value={values.profile}
              error={fieldError(problem, 'profile') ?? (offered ? undefined : 'The CA does not offer it.')}
              onChange={(profile) => set({ profile })}
            />
            <TextInput
              label="Preferred chain"
              description="Common name of the root or issuer. Empty: the CA decides."
              value={values.preferredChain}
              error={fieldError(problem, 'preferredChain')}
              onChange={(e) => set({ preferredChain: e.currentTarget.value })}
            />
          </div>
          {onAsk && directory === undefined && (
            <div>
              <Button variant="default" onClick={onAsk}>
                Ask the CA for its profiles
              </Button>
            </div>
          )}
          <ChallengeFields
            value={values.challenge}
            onChange={(challenge) => set({ challenge })}
            known={provider !== undefined}
            error={fieldError(problem, 'challenge')}
          />
        </>
      )}
    </EditForm>
  );
}

type Values = ReturnType<typeof valuesOf>;

interface PartProps {
  readonly values: Values;
  readonly set: (change: Partial<Values>) => void;
  readonly problem: ReturnType<typeof toProblem> | undefined;
}

function DirectoryFields({ values, set, problem, builtIn }: PartProps & { readonly builtIn: boolean }) {
  return (
    <>
      <TextInput
        label="Directory URL"
        type="url"
        required
        withAsterisk={false}
        readOnly={builtIn}
        placeholder="https://ca.example.com/acme/directory"
        value={values.directoryUrl}
        error={fieldError(problem, 'directoryUrl')}
        onChange={(e) => set({ directoryUrl: e.currentTarget.value })}
      />
      <TextInput
        label="Staging directory URL"
        description="Where a set-up is tested. Empty: nowhere."
        type="url"
        readOnly={builtIn}
        value={values.stagingUrl}
        error={fieldError(problem, 'stagingUrl')}
        onChange={(e) => set({ stagingUrl: e.currentTarget.value })}
      />
      <Textarea
        label="CA file (PEM)"
        description="CAs that the directory’s own certificate is verified with. Empty: public CAs."
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
        value={values.caPem}
        error={fieldError(problem, 'caPem')}
        onChange={(e) => set({ caPem: e.currentTarget.value })}
      />
      <ListField
        label="Further hosts"
        description="Hosts that the directory may name beside its own, and the address of a CA on this machine. Empty: its own host only."
        value={values.approvedHosts}
        error={fieldError(problem, 'approvedHosts')}
        onChange={(approvedHosts) => set({ approvedHosts })}
      />
    </>
  );
}

function AccountBinding({ values, set, problem, kept }: PartProps & { readonly kept: string }) {
  return (
    <div className="tg-columns tg-columns-narrow" style={{ alignItems: 'start' }}>
      <TextInput
        label="External account: key identifier"
        description="From the CA, if it wants one. Empty: no external account."
        autoComplete="off"
        value={values.keyId}
        error={fieldError(problem, 'externalAccount')}
        onChange={(e) => set({ keyId: e.currentTarget.value })}
      />
      <PasswordInput
        label="External account: HMAC key"
        description={kept === '' ? 'Base64url. Kept sealed and never shown.' : 'Base64url. Empty: as it is.'}
        required={values.keyId !== '' && values.keyId !== kept}
        withAsterisk={false}
        autoComplete="off"
        value={values.hmacKey}
        onChange={(e) => set({ hmacKey: e.currentTarget.value })}
        visibilityToggleButtonProps={{ 'aria-label': 'Show: HMAC key' }}
      />
    </div>
  );
}

function TemplateField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const templates = useTemplates();
  return (
    <Select
      label="Template"
      description={
        <>
          What the <Link to="/security/private-ca">private CA</Link> of this gateway writes into the certificate.
        </>
      }
      required
      withAsterisk={false}
      data={templates.data?.map(({ name, title }) => ({ value: name, label: title })) ?? []}
      value={value === '' ? null : value}
      onChange={(name) => onChange(name ?? '')}
    />
  );
}

function valuesOf(provider: AcmeProvider | undefined) {
  return {
    kind: provider?.kind ?? 'acme',
    name: provider?.name ?? '',
    directoryUrl: provider?.directoryUrl ?? '',
    stagingUrl: provider?.stagingUrl ?? '',
    caPem: provider?.caPem ?? '',
    approvedHosts: provider?.approvedHosts.join(', ') ?? '',
    contact: provider?.contact.join(', ') ?? '',
    keyId: provider?.externalAccount?.keyId ?? '',
    hmacKey: '',
    profile: provider?.profile ?? '',
    preferredChain: provider?.preferredChain ?? '',
    template: provider?.template ?? '',
    challenge: challengeValues(provider?.challenge),
  };
}

function requestOf(values: Values): AcmeProviderRequest {
  const { kind, name, template, directoryUrl, stagingUrl, caPem, approvedHosts, contact } = values;
  if (kind === 'private-ca') return { kind, name, template };
  const { keyId, hmacKey, profile, preferredChain, challenge } = values;
  return {
    kind,
    name,
    directoryUrl,
    caPem,
    profile,
    preferredChain,
    ...(stagingUrl !== '' && { stagingUrl }),
    approvedHosts: splitList(approvedHosts),
    contact: splitList(contact),
    ...(keyId !== '' && hmacKey !== '' && { externalAccount: { keyId, hmacKey } }),
    challenge: challengeOf(challenge),
  };
}

/** What was emptied is cleared; an empty HMAC key leaves the one there is. */
function patchOf(values: Values): Omit<AcmeProviderPatch, 'version'> {
  const { kind, ...rest } = requestOf(values);
  if (kind === 'private-ca') return rest;
  const { stagingUrl, keyId } = values;
  return { ...rest, ...(stagingUrl === '' && { stagingUrl: null }), ...(keyId === '' && { externalAccount: null }) };
}
