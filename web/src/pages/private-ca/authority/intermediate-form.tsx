/** Create an intermediate: it signs day by day, without a passphrase, within the names it is limited to. */
import { Button, PasswordInput, Select, Switch } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Authority, api, type IntermediateRequest } from '../../../api.ts';
import { toast } from '../../../components/dialogs/toast.tsx';
import { useUnsavedGuard } from '../../../components/dialogs/unsaved.ts';
import { ListField, splitList } from '../../../components/list-field.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { navigate } from '../../../location.ts';
import { fieldError, toProblem } from '../../../problem.ts';
import { unwrap } from '../../../transport.ts';
import { confirm2050 } from '../confirm-2050.ts';
import { useRefresh } from '../private-ca-queries.ts';
import { type KeyChoice, KeyFields, keyRequest } from './key-fields.tsx';
import { emptySubject, isFilledIn, SubjectFields, subjectOf } from './subject-fields.tsx';

interface IntermediateFormProps {
  /** Those that can sign here. */
  readonly roots: readonly Authority[];
  /** The fields are there at once, because it is what comes next. */
  readonly open: boolean;
}

export function IntermediateForm({ roots, open }: IntermediateFormProps) {
  const [shown, setShown] = useState(false);
  return (
    <Panel title="New intermediate" anchor="new-intermediate">
      {shown || open ? (
        <Fields roots={roots} focus={shown} key={roots[0]?.id ?? ''} />
      ) : (
        <Button variant="default" onClick={() => setShown(true)}>
          {roots.length === 0 ? 'Create an intermediate that another CA signs…' : 'Create another intermediate…'}
        </Button>
      )}
    </Panel>
  );
}

/** In `parent`: no root here, another CA signs. */
const elsewhere = '';

function Fields({ roots, focus }: { readonly roots: readonly Authority[]; readonly focus: boolean }) {
  const [form, setForm] = useState<Form>({
    subject: emptySubject,
    algorithm: 'ec-p256',
    years: 5,
    parent: roots[0]?.id ?? elsewhere,
    passphrase: '',
    limits: 'own',
    dns: '',
    ip: '',
    email: '',
    spread: false,
  });
  const set = (change: Partial<Form>) => setForm({ ...form, ...change });
  const refresh = useRefresh();
  useUnsavedGuard(isFilledIn(form), 'the new intermediate');
  const create = useMutation({
    mutationFn: () =>
      confirm2050((confirmed) =>
        unwrap(api.POST('/private-ca/intermediates', { body: { ...requestOf(form), ...confirmed } })),
      ),
    onSuccess: async (made) => {
      if (made === undefined) return;
      await refresh();
      if (made.state === 'pending') return navigate(`/security/private-ca/${made.id}`, { saved: true });
      toast(`The intermediate ${made.label} issues from now on.`);
      setForm({ ...form, subject: emptySubject, passphrase: '' });
    },
  });
  const problem = create.isError ? toProblem(create.error) : undefined;
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }
  return (
    <form className="tg-form" onSubmit={submit} aria-label="New intermediate">
      <SubjectFields
        value={form.subject}
        onChange={(subject) => set({ subject })}
        example="Example Issuing CA 1"
        focus={focus}
        error={fieldError(problem, 'subject')}
      />
      <div className="tg-columns tg-columns-narrow">
        <Select
          label="Signed by"
          data={[
            ...roots.map(({ id, label }) => ({ value: id, label })),
            { value: elsewhere, label: 'Another CA: make a request' },
          ]}
          allowDeselect={false}
          value={form.parent}
          error={fieldError(problem, 'parent')}
          onChange={(parent) => set({ parent: parent ?? elsewhere })}
        />
        {form.parent !== elsewhere && (
          <PasswordInput
            label="Passphrase of the root’s key"
            required
            autoComplete="off"
            value={form.passphrase}
            error={fieldError(problem, 'passphrase')}
            onChange={(e) => set({ passphrase: e.currentTarget.value })}
            visibilityToggleButtonProps={{ 'aria-label': 'Show passphrase' }}
          />
        )}
      </div>
      <KeyFields value={form} onChange={set} error={fieldError(problem, 'days')} />
      <Select
        label="Names it may issue for"
        description="Stands in its certificate as name constraints: what it signs outside of them is refused everywhere."
        data={[
          { value: 'own', label: 'The domains of this gateway' },
          { value: 'these', label: 'These domains and address ranges' },
          { value: 'any', label: 'Any' },
        ]}
        allowDeselect={false}
        value={form.limits}
        onChange={(limits) => set({ limits: limits as Form['limits'] })}
      />
      {form.limits === 'these' && (
        <div className="tg-columns tg-columns-narrow">
          <ListField
            label="Domains"
            description="Themselves and everything below"
            value={form.dns}
            onChange={(dns) => set({ dns })}
            error={fieldError(problem, 'constraints.dns')}
          />
          <ListField
            label="Address ranges"
            description="Such as 10.0.0.0/8; none: no address"
            value={form.ip}
            onChange={(ip) => set({ ip })}
            error={fieldError(problem, 'constraints.ip')}
          />
          <ListField
            label="Mail domains"
            description="None: the domains above"
            value={form.email}
            onChange={(email) => set({ email })}
            error={fieldError(problem, 'constraints.email')}
          />
        </div>
      )}
      <Switch
        label="Spread its CRL over 16 parts"
        description="For more than some 10,000 revoked certificates: each certificate names the part that tells about it."
        checked={form.spread}
        onChange={(e) => set({ spread: e.currentTarget.checked })}
      />
      {problem && <ProblemNotice error={create.error} />}
      <div className="tg-actions">
        <Button
          type="submit"
          loading={create.isPending}
          disabled={form.subject.commonName.trim() === '' || (form.parent !== elsewhere && form.passphrase === '')}
        >
          {form.parent === elsewhere ? 'Make key and request' : 'Create intermediate'}
        </Button>
      </div>
    </form>
  );
}

interface Form extends KeyChoice {
  readonly subject: typeof emptySubject;
  readonly parent: string;
  readonly passphrase: string;
  readonly limits: 'own' | 'these' | 'any';
  readonly dns: string;
  readonly ip: string;
  readonly email: string;
  readonly spread: boolean;
}

function requestOf(form: Form): IntermediateRequest {
  const limits = {
    own: {},
    these: { constraints: { dns: splitList(form.dns), ip: splitList(form.ip), email: splitList(form.email) } },
    any: { constraints: null },
  }[form.limits];
  return {
    subject: subjectOf(form.subject),
    ...keyRequest(form),
    partitions: form.spread ? 16 : 0,
    ...limits,
    ...(form.parent !== elsewhere && { parent: form.parent, passphrase: form.passphrase }),
  };
}
