/** Match: whether a key, a certificate and a CSR belong together. */
import { useMutation } from '@tanstack/react-query';
import { api, type MatchAnswer } from '../../api.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { unwrap } from '../../transport.ts';
import { ToolInput, type ToolRequest } from './tool-input.tsx';

const kinds = {
  'private-key': 'Private key',
  'public-key': 'Public key',
  certificate: 'Certificate',
  csr: 'CSR',
} as const;

/** The page Maintenance › Tools › Match. */
export function MatchTool() {
  const match = useMutation({
    mutationFn: (body: ToolRequest) => unwrap(api.POST('/tools/match', { body })),
  });
  return (
    <Page intro="Give a key and a certificate, a key and a CSR, or a CSR and a certificate.">
      <ToolInput
        title="What to compare"
        label="Files to compare"
        description="Two files or more, or one that holds both."
        action="Match"
        busy={match.isPending}
        error={match.error}
        onRun={match.mutate}
      />
      {match.data && <Matched answer={match.data} />}
    </Page>
  );
}

function Matched({ answer }: { readonly answer: MatchAnswer }) {
  return (
    <Panel title="Result">
      <div className="tg-stack">
        <Notice tone={answer.matches ? 'ok' : 'critical'} title={answer.words} />
        <ListTable
          label="What was compared"
          minWidth={640}
          rows={answer.sides}
          keyOf={({ file, kind, keyFingerprint }) => `${file}|${kind}|${keyFingerprint}`}
          columns={columns}
        />
      </div>
    </Panel>
  );
}

const columns: readonly Column<MatchAnswer['sides'][number]>[] = [
  { heading: 'File', cell: ({ file }) => file },
  { heading: 'Kind', cell: ({ kind }) => kinds[kind] },
  { heading: 'Subject', wraps: true, cell: ({ subject }) => subject || '–' },
  {
    heading: 'SHA-256 of the public key',
    cell: ({ keyFingerprint }) => <span className="tg-mono">{keyFingerprint}</span>,
  },
];
