/** Create a root: its key is made here and kept under the passphrase alone. */
import { Button, Checkbox, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../../api.ts';
import { toast } from '../../../components/dialogs/toast.tsx';
import { useUnsavedGuard } from '../../../components/dialogs/unsaved.ts';
import { Panel } from '../../../components/panel.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { fieldError, toProblem } from '../../../problem.ts';
import { unwrap } from '../../../transport.ts';
import { confirm2050 } from '../confirm-2050.ts';
import { useRefresh } from '../private-ca-queries.ts';
import { type KeyChoice, KeyFields, keyRequest } from './key-fields.tsx';
import { emptySubject, isFilledIn, SubjectFields, subjectOf } from './subject-fields.tsx';

/** `open`: the fields are there at once, because nothing else can be done first. */
export function RootForm({ open }: { readonly open: boolean }) {
  const [shown, setShown] = useState(open);
  return (
    <Panel title="New root" anchor="new-root">
      {shown ? (
        <Fields focus={!open} />
      ) : (
        <Button variant="default" onClick={() => setShown(true)}>
          Create another root…
        </Button>
      )}
    </Panel>
  );
}

const startKey: KeyChoice = { algorithm: 'rsa-4096', years: 10 };
const blank = { ...startKey, subject: emptySubject, passphrase: '', again: '', trust: true };

function Fields({ focus }: { readonly focus: boolean }) {
  const [form, setForm] = useState(blank);
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change });
  const refresh = useRefresh();
  useUnsavedGuard(isFilledIn(form), 'the new root');
  const create = useMutation({
    mutationFn: () =>
      confirm2050((confirmed) =>
        unwrap(
          api.POST('/private-ca/roots', {
            body: {
              subject: subjectOf(form.subject),
              ...keyRequest(form),
              passphrase: form.passphrase,
              trust: form.trust,
              ...confirmed,
            },
          }),
        ),
      ),
    onSuccess: async (made) => {
      if (made === undefined) return;
      toast(`The root ${made.label} is made.`);
      setForm({ ...blank, algorithm: form.algorithm });
      await refresh();
    },
  });
  const problem = create.isError ? toProblem(create.error) : undefined;
  const differs = form.again !== '' && form.again !== form.passphrase;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (form.again === form.passphrase) create.mutate();
  }
  return (
    <form className="tg-form" onSubmit={submit} aria-label="New root">
      <SubjectFields
        value={form.subject}
        onChange={(subject) => set({ subject })}
        example="Example Root CA"
        focus={focus}
        error={fieldError(problem, 'subject')}
      />
      <KeyFields
        value={form}
        onChange={set}
        advice="RSA 4096 is accepted everywhere."
        error={fieldError(problem, 'days')}
      />
      <div className="tg-columns tg-columns-narrow">
        <PasswordInput
          label="Passphrase of its key"
          description="Nobody can recover it. It is asked for when the root signs."
          required
          autoComplete="new-password"
          value={form.passphrase}
          error={fieldError(problem, 'passphrase')}
          onChange={(e) => set({ passphrase: e.currentTarget.value })}
          visibilityToggleButtonProps={{ 'aria-label': 'Show passphrase' }}
        />
        <PasswordInput
          label="Passphrase again"
          description="Typed twice, so that a slip is noticed now."
          required
          autoComplete="new-password"
          value={form.again}
          error={differs ? 'The two are not the same.' : undefined}
          onChange={(e) => set({ again: e.currentTarget.value })}
          visibilityToggleButtonProps={{ 'aria-label': 'Show passphrase' }}
        />
      </div>
      <Checkbox
        label="Append it to the trusted CA list"
        description="This gateway then accepts what it issues."
        checked={form.trust}
        onChange={(e) => set({ trust: e.currentTarget.checked })}
      />
      {problem && <ProblemNotice error={create.error} />}
      <div className="tg-actions">
        <Button
          type="submit"
          loading={create.isPending}
          disabled={form.subject.commonName.trim() === '' || form.passphrase === '' || form.again !== form.passphrase}
        >
          Create root
        </Button>
        {create.isPending && <span role="status">The key is being made: up to a minute with RSA 4096.</span>}
      </div>
    </form>
  );
}
