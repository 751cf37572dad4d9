/** API reference: every operation of this gateway, by tag, from the OpenAPI file it serves. */
import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Icon } from '../../components/icons.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { type ApiDocument, loadApiDocument, type Operation } from './api-document.ts';
import { OperationView } from './operation-view.tsx';

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** The page Help › API reference. */
export function ApiPage() {
  const document = useQuery({ queryKey: ['openapi'], queryFn: loadApiDocument, staleTime: Number.POSITIVE_INFINITY });
  return (
    <Page
      intro="JSON in, JSON out, below /api/v1. Scripts send an API token in the header Authorization: Bearer. A refusal is a problem (RFC 9457) with a code, a reason and a hint."
      actions={
        <Button
          component="a"
          href="/api/v1/openapi.json"
          download="tollgate-openapi.json"
          variant="default"
          leftSection={<Icon name="download" size={14} />}
        >
          Download openapi.json
        </Button>
      }
    >
      <QueryView query={document} rows={12}>
        {(data) => <Reference document={data} />}
      </QueryView>
    </Page>
  );
}

function Reference({ document }: { readonly document: ApiDocument }) {
  const [text, setText] = useState('');
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries(document).filter((entry) => words.every((word) => haystack(entry).includes(word)));
  const tags = [...new Set(found.map((entry) => entry.operation.tags?.[0] ?? 'other'))];
  return (
    <>
      <div className="tg-actions">
        <TextInput
          aria-label="Filter operations"
          placeholder="Filter by path, summary or operation"
          leftSection={<Icon name="search" size={14} />}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
          style={{ flex: '1 1 240px', maxWidth: 420 }}
        />
        <span className="tg-dim tg-small" role="status">
          {found.length} operations
        </span>
      </div>
      {tags.length === 0 && <Empty title="No operation has these words." />}
      {tags.map((tag) => (
        <Panel key={tag} title={tag}>
          <div className="tg-operations">
            {found
              .filter((entry) => (entry.operation.tags?.[0] ?? 'other') === tag)
              .map((entry) => (
                <OperationView
                  key={`${entry.method} ${entry.path}`}
                  {...entry}
                  schemas={document.components?.schemas ?? {}}
                />
              ))}
          </div>
        </Panel>
      ))}
    </>
  );
}

function entries(document: ApiDocument): readonly Entry[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function haystack({ method, path, operation }: Entry): string {
  return [method, path, operation.operationId, operation.summary, ...(operation.tags ?? [])].join(' ').toLowerCase();
}
