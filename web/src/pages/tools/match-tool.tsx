/** Match: whether a key, a certificate and a CSR belong together. */
import { Table } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, type MatchAnswer } from '../../api.ts';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { WideTable } from '../../components/wide-table.tsx';
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
        <WideTable label="What was compared" stacks minWidth={640}>
          <Table fz="sm" verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>File</Table.Th>
                <Table.Th>Kind</Table.Th>
                <Table.Th>Subject</Table.Th>
                <Table.Th>SHA-256 of the public key</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {answer.sides.map((side) => (
                <Table.Tr key={`${side.file}|${side.kind}|${side.keyFingerprint}`}>
                  <Table.Td data-label="File">{side.file}</Table.Td>
                  <Table.Td data-label="Kind">{kinds[side.kind]}</Table.Td>
                  <Table.Td data-label="Subject" className="tg-name-cell">
                    {side.subject || '–'}
                  </Table.Td>
                  <Table.Td data-label="SHA-256 of the public key" className="tg-mono">
                    {side.keyFingerprint}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      </div>
    </Panel>
  );
}
