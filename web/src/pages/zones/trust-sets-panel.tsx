/** Trust sets: lists of CAs that a zone can use instead of the trusted CA list. */
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, type TrustSet } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { encodeFile, FileField } from '../../components/file-field.tsx';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { RowButton } from '../../components/list/row-button.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { dateText } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useTrustSets } from './zone-queries.ts';

export function TrustSetsPanel() {
  const sets = useTrustSets();
  const mayChange = useMayChange();
  return (
    <Panel title="Trust sets" anchor="trust-sets">
      <div className="tg-stack">
        <p className="tg-dim tg-small" style={{ margin: 0 }}>
          A zone can trust a list of its own instead of the trusted CA list, so that a partner’s private CA is trusted
          for that partner and nobody else.
        </p>
        <QueryView query={sets} rows={2}>
          {(data) =>
            data.length === 0 ? (
              <Empty title="There is no trust set." />
            ) : (
              data.map((set) => <OneSet key={set.name} set={set} mayChange={mayChange} />)
            )
          }
        </QueryView>
        {mayChange && <NewSet />}
      </div>
    </Panel>
  );
}

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['trust-sets'] });
}

function NewSet() {
  const [name, setName] = useState('');
  const refresh = useRefresh();
  const create = useMutation({
    mutationFn: () => unwrap(api.POST('/trust-sets', { body: { name } })),
    onSuccess: async () => {
      setName('');
      await refresh();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }
  return (
    <form className="tg-form" onSubmit={submit}>
      <TextInput
        label="New trust set"
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        maxLength={60}
        autoComplete="off"
      />
      {create.isError && <ProblemNotice error={create.error} />}
      <div className="tg-actions">
        <Button type="submit" variant="default" disabled={name.trim() === ''} loading={create.isPending}>
          Create trust set
        </Button>
      </div>
    </form>
  );
}

function OneSet({ set, mayChange }: { readonly set: TrustSet; readonly mayChange: boolean }) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const refresh = useRefresh();
  const path = { name: set.name };
  const append = useMutation({
    mutationFn: async (file: File) => {
      const { name, content } = await encodeFile(file);
      return unwrap(
        api.POST('/trust-sets/{name}/certificates', {
          params: { path },
          body: { file: content, name, takeGood: false, preview: false },
        }),
      );
    },
    onSuccess: async ({ added, duplicates }) => {
      toast(`${added} added to ${set.name}${duplicates > 0 ? `, ${duplicates} were there already` : ''}.`);
      setFiles([]);
      await refresh();
    },
  });
  const remove = useMutation({
    mutationFn: (fingerprint: string) =>
      unwrap(api.POST('/trust-sets/{name}/removals', { params: { path }, body: { fingerprints: [fingerprint] } })),
    onSuccess: refresh,
  });
  const drop = useMutation({
    mutationFn: () => unwrap(api.DELETE('/trust-sets/{name}', { params: { path } })),
    onSuccess: refresh,
  });
  async function sure(title: string, text: string, act: () => void) {
    if (await askPerson({ title, body: text, confirm: 'Delete', dangerous: true })) act();
  }
  return (
    <section className="tg-stack" aria-label={`Trust set ${set.name}`}>
      <h3 style={{ margin: 0 }}>
        {set.name}{' '}
        <span className="tg-dim tg-small" style={{ fontWeight: 400 }}>
          {set.usedBy.length === 0 ? 'used by no zone' : `used by ${set.usedBy.join(', ')}`}
        </span>
      </h3>
      <ListTable
        label={`Certificates of ${set.name}`}
        minWidth={560}
        rows={set.rows}
        keyOf={({ fingerprint }) => fingerprint}
        columns={columns}
        actions={
          mayChange &&
          (({ label, fingerprint }) => (
            <RowButton
              label={`Delete ${label} from ${set.name}`}
              onClick={() =>
                void sure(
                  `Delete ${label}?`,
                  `Peers of ${set.usedBy.join(', ') || 'this set'} whose chain ends there are refused at once.`,
                  () => remove.mutate(fingerprint),
                )
              }
            >
              Delete
            </RowButton>
          ))
        }
        error={append.error ?? remove.error ?? drop.error}
        empty={<Empty title="It trusts nobody yet." />}
      />
      {mayChange && (
        <div className="tg-form">
          <FileField
            label={`Append CA certificates to ${set.name}`}
            files={files}
            onChange={(chosen) => {
              append.reset();
              setFiles(chosen);
            }}
            accept=".pem,.crt,.cer,.der,.p7b"
          />
          <div className="tg-actions">
            <Button
              variant="default"
              disabled={files.length === 0}
              loading={append.isPending}
              onClick={() => files[0] && append.mutate(files[0])}
            >
              Append CA certificate
            </Button>
            <Button
              variant="default"
              loading={drop.isPending}
              onClick={() =>
                void sure(`Delete the trust set ${set.name}?`, 'This cannot be undone.', () => drop.mutate())
              }
            >
              Delete trust set
            </Button>
          </div>
        </div>
      )}
    </section>
  );
}

const columns: readonly Column<TrustSet['rows'][number]>[] = [
  { heading: 'Certificate', wraps: true, cell: ({ label }) => label },
  { heading: 'Expires', cell: ({ notAfter }) => dateText(notAfter) },
];
