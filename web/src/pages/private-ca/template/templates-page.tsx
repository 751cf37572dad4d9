/** Templates: what a certificate says, whatever its request asks for. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Template } from '../../../api.ts';
import { askPerson } from '../../../components/dialogs/ask-person.tsx';
import { toast } from '../../../components/dialogs/toast.tsx';
import { type Column, ListTable } from '../../../components/list/list-table.tsx';
import { RowButton } from '../../../components/list/row-button.tsx';
import { Page } from '../../../components/page.tsx';
import { Panel } from '../../../components/panel.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { leave } from '../../../location.ts';
import { useMayChange } from '../../../session.ts';
import { unwrap } from '../../../transport.ts';
import { useRefresh, useTemplates } from '../private-ca-queries.ts';
import { TemplateForm } from './template-form.tsx';

/** The page Maintenance › Security › Certificate templates. */
export function TemplatesPage() {
  const templates = useTemplates();
  const mayChange = useMayChange();
  // the name of the template in the form; '' for a new one
  const [edited, setEdited] = useState<string>();
  const template = templates.data?.find(({ name }) => name === edited);
  const edit = (name: string) => void leave(() => setEdited(name));
  return (
    <Page
      intro="Usage, lifetime and allowed names of what the private CA issues. ACME clients choose among them as profiles."
      actions={mayChange && <Button onClick={() => edit('')}>New template</Button>}
    >
      <Panel title="Templates">
        <QueryView query={templates} rows={4}>
          {(data) => <TemplatesTable templates={data} mayChange={mayChange} onEdit={edit} />}
        </QueryView>
      </Panel>
      {edited !== undefined && templates.data && (
        <TemplateForm
          key={edited}
          template={template}
          taken={templates.data.map(({ name }) => name)}
          onDone={() => setEdited(undefined)}
        />
      )}
    </Page>
  );
}

interface TemplatesTableProps {
  readonly templates: readonly Template[];
  readonly mayChange: boolean;
  readonly onEdit: (name: string) => void;
}

function TemplatesTable({ templates, mayChange, onEdit }: TemplatesTableProps) {
  const refresh = useRefresh();
  const remove = useMutation({
    mutationFn: (name: string) => unwrap(api.DELETE('/private-ca/templates/{name}', { params: { path: { name } } })),
    onSuccess: async () => {
      toast('The template is deleted.');
      await refresh();
    },
  });
  async function drop({ name, title }: Template) {
    const sure = await askPerson({
      title: `Delete the template ${title}?`,
      body: 'What it issued stays. ACME clients that ask for it are refused from now on.',
      confirm: 'Delete',
      dangerous: true,
    });
    if (sure) remove.mutate(name);
  }
  return (
    <ListTable
      label="Templates"
      minWidth={760}
      rows={templates}
      keyOf={({ name }) => name}
      columns={columns}
      actions={(template) =>
        template.builtIn ? (
          <span className="tg-dim tg-small">Built in</span>
        ) : (
          mayChange && (
            <>
              <RowButton onClick={() => onEdit(template.name)} label={`Edit: ${template.title}`}>
                Edit
              </RowButton>
              <RowButton onClick={() => void drop(template)} label={`Delete: ${template.title}`}>
                Delete
              </RowButton>
            </>
          )
        )
      }
      error={remove.error}
    />
  );
}

const columns: readonly Column<Template>[] = [
  {
    heading: 'Template',
    wraps: true,
    cell: ({ title, name, description }) => (
      <>
        <strong>{title}</strong>
        <div className="tg-dim tg-small tg-mono">{name}</div>
        <div className="tg-small">{description}</div>
      </>
    ),
  },
  { heading: 'Extended key usage', cell: ({ extendedKeyUsage }) => extendedKeyUsage.join(', ') || 'none' },
  { heading: 'Days', cell: ({ days }) => days },
  { heading: 'Names', wraps: true, cell: namesText },
];

function namesText({ sanKinds, domains, addresses, wildcards }: Template): string {
  const within = [...domains, ...addresses];
  const kinds = sanKinds.length === 0 ? 'none' : sanKinds.map((kind) => kind.toUpperCase()).join(', ');
  return `${kinds}${within.length > 0 ? ` within ${within.join(', ')}` : ''}${wildcards ? ', wildcards' : ''}`;
}
