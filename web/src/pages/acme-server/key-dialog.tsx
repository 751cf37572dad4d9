/** New external account key: for whom, for which names; then its secret, once, with command lines that hold it. */
import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type AcmeServerKeyRequest, type AcmeServerSettings, api } from '../../api.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Dialog } from '../../components/dialogs/dialog.tsx';
import { ListField, splitList } from '../../components/list-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { TextBlock } from '../../components/text-block.tsx';
import { fieldError, toProblem } from '../../problem.ts';
import { unwrap } from '../../transport.ts';
import { useRefreshServer } from './acme-server-queries.ts';
import { clientCommands } from './client-commands.ts';
import { ClientCommandsView } from './client-commands-view.tsx';
import { exampleName, useBase } from './directories-panel.tsx';
import { ProfileChoice } from './profile-choice.tsx';

interface KeyDialogProps {
  readonly settings: AcmeServerSettings;
  readonly onClose: () => void;
}

/** The dialog stays open with the secret until the person has taken it. */
export function KeyDialog({ settings, onClose }: KeyDialogProps) {
  const [form, setForm] = useState({ name: '', names: '', profiles: [] as string[], maxAccounts: 1, days: 0 });
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change });
  const refresh = useRefreshServer();
  const create = useMutation({
    mutationFn: (body: AcmeServerKeyRequest) => unwrap(api.POST('/acme-server/keys', { body })),
    onSuccess: refresh,
  });
  if (create.data)
    return (
      <Dialog
        onClose={onClose}
        closeOnClickOutside={false}
        closeOnEscape={false}
        withCloseButton={false}
        size="min(760px, 94vw)"
        title={`Key ${create.data.key.name}`}
      >
        <Taken settings={settings} made={create.data} onClose={onClose} />
      </Dialog>
    );
  const problem = create.isError ? toProblem(create.error) : undefined;
  function submit(event: FormEvent) {
    event.preventDefault();
    const { name, names, profiles, maxAccounts, days } = form;
    create.mutate({ name, names: splitList(names), profiles, maxAccounts, ...(days > 0 && { days }) });
  }
  return (
    <Dialog onClose={onClose} title="New external account key">
      <form className="tg-form" onSubmit={submit}>
        <TextInput
          label="Name"
          description="For whom or for what, such as “web team”."
          data-autofocus
          required
          withAsterisk={false}
          autoComplete="off"
          value={form.name}
          error={fieldError(problem, 'name')}
          onChange={(e) => set({ name: e.currentTarget.value })}
        />
        <ListField
          label="Names"
          description="Domains and address ranges that its accounts may order. Empty: what the settings allow."
          value={form.names}
          error={fieldError(problem, 'names')}
          onChange={(names) => set({ names })}
        />
        <ProfileChoice
          description="None: all that are offered."
          offered={settings.templates.filter(({ name }) => settings.profiles.includes(name))}
          chosen={form.profiles}
          error={fieldError(problem, 'profiles')}
          onChange={(profiles) => set({ profiles })}
        />
        <div className="tg-columns tg-columns-narrow">
          <NumberField
            label="Accounts"
            description="That can be made with it."
            min={1}
            max={10_000}
            value={form.maxAccounts}
            onChange={(value) => set({ maxAccounts: value })}
            hideControls
          />
          <NumberField
            label="Days"
            description="0: until it is ended."
            min={0}
            max={3_650}
            value={form.days}
            onChange={(value) => set({ days: value })}
            hideControls
          />
        </div>
        {create.isError && <ProblemNotice error={create.error} />}
        <div className="tg-dialog-actions">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface TakenProps extends KeyDialogProps {
  readonly made: { readonly key: { readonly id: string; readonly names: readonly string[] }; readonly hmac: string };
}

function Taken({ settings, made: { key, hmac }, onClose }: TakenProps) {
  const base = useBase();
  const path = settings.directories[0]?.path ?? '/acme/default/directory';
  const name = exampleName(key.names.length > 0 ? key.names : settings.names);
  return (
    <div className="tg-stack">
      <Notice tone="warning" title="Copy the secret now.">
        It is shown this once; the gateway keeps it sealed.
      </Notice>
      <Copied label="Key identifier" text={key.id} />
      <Copied label="Secret (HMAC key)" text={hmac} />
      <ClientCommandsView commands={clientCommands(base + path, name, 'ops@example.com', { id: key.id, hmac })} />
      <div className="tg-dialog-actions" style={{ marginTop: 0 }}>
        <Button onClick={onClose}>I have copied it</Button>
      </div>
    </div>
  );
}

function Copied({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div>
      <div className="tg-actions" style={{ justifyContent: 'space-between', marginBottom: 4 }}>
        <strong className="tg-small">{label}</strong>
        <CopyButton text={text} what={label} />
      </div>
      <TextBlock label={label} text={text} wrap />
    </div>
  );
}
