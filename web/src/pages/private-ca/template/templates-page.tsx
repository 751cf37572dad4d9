/** Templates: what a certificate says, whatever its request asks for. */
import { Button, Table } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Template } from '../../../api.ts';
import { askPerson } from '../../../components/dialogs/ask-person.tsx';
import { toast } from '../../../components/dialogs/toast.tsx';
import { Page } from '../../../components/page.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { WideTable } from '../../../components/wide-table.tsx';
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
  return (
    <Page
      intro="Usage, lifetime and allowed names of what the private CA issues. ACME clients choose among them as profiles."
      actions={mayChange && <Button onClick={() => setEdited('')}>New template</Button>}
    >
      <Panel title="Templates">
        <QueryView query={templates} rows={4}>
          {(data) => <TemplatesTable templates={data} mayChange={mayChange} onEdit={setEdited} />}
        </QueryView>
      </Panel>
      {edited !== undefined && templates.data && (
        <TemplateForm
          key={`${edited} ${template?.version}`}
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
    <div className="tg-stack">
      {remove.isError && <ProblemNotice error={remove.error} />}
      <WideTable label="Templates" minWidth={760} stacks>
        <Table fz="sm" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Template</Table.Th>
              <Table.Th>Extended key usage</Table.Th>
              <Table.Th>Days</Table.Th>
              <Table.Th>Names</Table.Th>
              <Table.Th>
                <span className="tg-visually-hidden">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {templates.map((template) => (
              <Table.Tr key={template.name}>
                <Table.Td data-label="Template" className="tg-name-cell">
                  <strong>{template.title}</strong>
                  <div className="tg-dim tg-small tg-mono">{template.name}</div>
                  <div className="tg-small">{template.description}</div>
                </Table.Td>
                <Table.Td data-label="Extended key usage">{template.extendedKeyUsage.join(', ') || 'none'}</Table.Td>
                <Table.Td data-label="Days">{template.days}</Table.Td>
                <Table.Td data-label="Names" className="tg-name-cell">
                  {namesText(template)}
                </Table.Td>
                <Table.Td>
                  {template.builtIn ? (
                    <span className="tg-dim tg-small">Built in</span>
                  ) : (
                    mayChange && (
                      <div className="tg-row-actions" style={{ display: 'flex', gap: 4 }}>
                        <Button
                          variant="subtle"
                          size="compact-sm"
                          onClick={() => onEdit(template.name)}
                          aria-label={`Edit: ${template.title}`}
                        >
                          Edit
                        </Button>
                        <Button
                          variant="subtle"
                          size="compact-sm"
                          onClick={() => void drop(template)}
                          aria-label={`Delete: ${template.title}`}
                        >
                          Delete
                        </Button>
                      </div>
                    )
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
    </div>
  );
}

function namesText({ sanKinds, domains, addresses, wildcards }: Template): string {
  const within = [...domains, ...addresses];
  const kinds = sanKinds.length === 0 ? 'none' : sanKinds.map((kind) => kind.toUpperCase()).join(', ');
  return `${kinds}${within.length > 0 ? ` within ${within.join(', ')}` : ''}${wildcards ? ', wildcards' : ''}`;
}
