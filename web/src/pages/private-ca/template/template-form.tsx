/** A template of one's own: the fields that decide what certificates say. */
import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { api, type Template, type TemplateRequest } from '../../../api.ts';
import { useReturnFocus } from '../../../components/dialogs/dialog.tsx';
import { toast } from '../../../components/dialogs/toast.tsx';
import { ListField, splitList } from '../../../components/list-field.tsx';
import { NumberField } from '../../../components/number-field.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { useEdits } from '../../../edits.ts';
import { fieldError, toProblem } from '../../../problem.ts';
import { unwrap } from '../../../transport.ts';
import { useRefresh } from '../private-ca-queries.ts';

const usages = [
  { value: 'serverAuth', label: 'Server authentication' },
  { value: 'clientAuth', label: 'Client authentication' },
  { value: 'codeSigning', label: 'Code signing' },
  { value: 'emailProtection', label: 'E-mail protection' },
] as const;

const kinds = [
  { value: 'dns', label: 'DNS' },
  { value: 'ip', label: 'IP address' },
  { value: 'email', label: 'E-mail' },
  { value: 'uri', label: 'URI (SIP)' },
  { value: 'srv', label: 'SRVName' },
  { value: 'xmpp', label: 'XMPP' },
  { value: 'upn', label: 'User principal name' },
] as const;

type SanKind = (typeof kinds)[number]['value'];
type Subject = NonNullable<TemplateRequest['subject']>;

const subjects: readonly { value: Subject; label: string }[] = [
  { value: 'any', label: 'All that the request gives' },
  { value: 'common-name', label: 'The common name alone' },
  { value: 'none', label: 'Nothing' },
];

interface TemplateFormProps {
  /** Undefined for a new one. */
  readonly template: Template | undefined;
  /** Names in use. */
  readonly taken: readonly string[];
  readonly onDone: () => void;
}

export function TemplateForm({ template, taken, onDone }: TemplateFormProps) {
  const edits = useEdits(formOf(template), template?.version ?? 0, 'the template');
  const { values: form, set } = edits;
  const refresh = useRefresh();
  useReturnFocus();
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        api.PUT('/private-ca/templates/{name}', {
          params: { path: { name: form.name } },
          body: requestOf(form, edits.version),
        }),
      ),
    onSuccess: async () => {
      toast(`The template ${form.title} is saved.`);
      await refresh();
      onDone();
    },
    onError: refresh,
  });
  const problem = save.isError ? toProblem(save.error) : undefined;
  const nameTaken = template === undefined && !save.isPending && taken.includes(form.name);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!nameTaken) save.mutate();
  }
  return (
    <Panel title={template ? `Template ${template.title}` : 'New template'} anchor="template">
      <form className="tg-form" onSubmit={submit} aria-label="Template">
        <div className="tg-columns tg-columns-narrow">
          <TextInput
            label="Title"
            autoFocus
            required
            maxLength={60}
            value={form.title}
            error={fieldError(problem, 'title')}
            onChange={(e) => set({ title: e.currentTarget.value })}
            autoComplete="off"
          />
          <TextInput
            label="Name"
            description="As ACME clients and the command line call it: letters, digits, hyphens"
            required
            disabled={template !== undefined}
            maxLength={60}
            value={form.name}
            error={nameTaken ? 'There is a template of this name.' : fieldError(problem, 'name')}
            onChange={(e) => set({ name: e.currentTarget.value.toLowerCase() })}
            spellCheck={false}
            autoComplete="off"
          />
        </div>
        <TextInput
          label="Description"
          maxLength={300}
          value={form.description}
          onChange={(e) => set({ description: e.currentTarget.value })}
          autoComplete="off"
        />
        <Checkbox.Group
          label="Extended key usage"
          value={[...form.extendedKeyUsage]}
          onChange={(extendedKeyUsage) => set({ extendedKeyUsage })}
          error={fieldError(problem, 'extendedKeyUsage')}
        >
          <div className="tg-checks">
            {usages.map(({ value, label }) => (
              <Checkbox key={value} value={value} label={label} />
            ))}
          </div>
        </Checkbox.Group>
        <ListField
          label="Further usages"
          description="Dotted OIDs"
          value={form.furtherUsages}
          onChange={(furtherUsages) => set({ furtherUsages })}
        />
        <div className="tg-columns tg-columns-narrow">
          <NumberField
            label="Valid for (days)"
            description="Unless less is asked for"
            min={1}
            max={36_500}
            value={form.days}
            error={fieldError(problem, 'days')}
            onChange={(days) => set({ days })}
          />
          <Select
            label="Subject"
            data={subjects}
            allowDeselect={false}
            value={form.subject}
            onChange={(subject) => set({ subject: subject as Subject })}
          />
        </div>
        <Checkbox.Group
          label="Kinds of alternative names"
          value={[...form.sanKinds]}
          onChange={(sanKinds) => set({ sanKinds: sanKinds as SanKind[] })}
        >
          <div className="tg-checks">
            {kinds.map(({ value, label }) => (
              <Checkbox key={value} value={value} label={label} />
            ))}
          </div>
        </Checkbox.Group>
        <div className="tg-columns tg-columns-narrow">
          <ListField
            label="Domains"
            description="Themselves and everything below; none: all that the authority may"
            value={form.domains}
            onChange={(domains) => set({ domains })}
            error={fieldError(problem, 'domains')}
          />
          <ListField
            label="Address ranges"
            description="Such as 10.0.0.0/8; none: all that the authority may"
            value={form.addresses}
            onChange={(addresses) => set({ addresses })}
            error={fieldError(problem, 'addresses')}
          />
        </div>
        <ListField
          label="Policies"
          description="Dotted OIDs"
          value={form.policies}
          onChange={(policies) => set({ policies })}
          error={fieldError(problem, 'policies')}
        />
        <Checkbox
          label="Wildcards"
          checked={form.wildcards}
          onChange={(e) => set({ wildcards: e.currentTarget.checked })}
        />
        <Checkbox
          label="Refuse requests without an alternative name"
          checked={form.namesRequired}
          onChange={(e) => set({ namesRequired: e.currentTarget.checked })}
        />
        <Checkbox
          label="Must staple"
          description="Servers must send an OCSP answer with the certificate (RFC 7633)."
          checked={form.mustStaple}
          onChange={(e) => set({ mustStaple: e.currentTarget.checked })}
        />
        {problem && <ProblemNotice error={save.error} />}
        <div className="tg-actions">
          <Button type="submit" loading={save.isPending} disabled={form.title.trim() === '' || form.name === ''}>
            Save template
          </Button>
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function requestOf({ name: _, furtherUsages, ...form }: ReturnType<typeof formOf>, version: number): TemplateRequest {
  return {
    ...form,
    version,
    extendedKeyUsage: [...form.extendedKeyUsage, ...splitList(furtherUsages)],
    keyUsage: typeof form.keyUsage === 'string' ? form.keyUsage : [...form.keyUsage],
    sanKinds: [...form.sanKinds],
    domains: splitList(form.domains),
    addresses: splitList(form.addresses),
    policies: splitList(form.policies),
  };
}

function formOf(template: Template | undefined) {
  const named: readonly string[] = usages.map(({ value }) => value);
  const usage = template?.extendedKeyUsage ?? ['serverAuth', 'clientAuth'];
  return {
    name: template?.name ?? '',
    title: template?.title ?? '',
    description: template?.description ?? '',
    extendedKeyUsage: usage.filter((one) => named.includes(one)),
    furtherUsages: usage.filter((one) => !named.includes(one)).join(', '),
    keyUsage: template?.keyUsage ?? ('automatic' as const),
    days: template?.days ?? 365,
    sanKinds: (template?.sanKinds ?? ['dns', 'ip']) as readonly SanKind[],
    domains: (template?.domains ?? []).join(', '),
    addresses: (template?.addresses ?? []).join(', '),
    wildcards: template?.wildcards ?? false,
    namesRequired: template?.namesRequired ?? true,
    subject: template?.subject ?? ('any' as Subject),
    policies: (template?.policies ?? []).join(', '),
    mustStaple: template?.mustStaple ?? false,
  };
}
