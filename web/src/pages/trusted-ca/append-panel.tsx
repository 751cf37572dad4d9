/** Append CA certificate: a file in, what would happen, then the confirmation. */

import { Button, Table } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { AppendReport } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { FileField } from '../../components/file-field.tsx';
import { Icon } from '../../components/icons.tsx';
import { nameText } from '../../components/name-text.ts';
import { Notice, StateMark, type Tone } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { dateText } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { useTrustedCaChanges } from './changes.ts';

const verdicts: Readonly<Record<AppendReport['members'][number]['verdict'], readonly [Tone, string]>> = {
  added: ['ok', 'Will be added'],
  pinned: ['note', 'Pinned peer'],
  duplicate: ['plain', 'Already listed'],
  older: ['plain', 'Older than what is there'],
  refused: ['critical', 'Refused'],
};

interface AppendPanelProps {
  /** Told which rows have the same issuer and subject as what was added, and are older. */
  readonly onOlder: (fingerprints: readonly string[]) => void;
}

/** Adds, never replaces; nothing changes before the preview was confirmed. */
export function AppendPanel({ onOlder }: AppendPanelProps) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const { previewAppend, append } = useTrustedCaChanges();
  const [file] = files;
  const report = previewAppend.data;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (file) previewAppend.mutate(file);
  }
  function clear() {
    setFiles([]);
    previewAppend.reset();
    append.reset();
  }
  async function confirm(takeGood: boolean) {
    if (!file) return;
    const done = await append.mutateAsync({ file, takeGood }).catch(() => undefined);
    if (!done) return;
    toast(done.added === 0 ? 'Nothing had to be added.' : `Added to the trusted CA list: ${done.added}.`);
    onOlder([...new Set(done.members.flatMap((member) => member.older))]);
    clear();
  }
  return (
    <Panel title="Upload" anchor="append">
      <form onSubmit={submit} className="tg-form">
        <FileField
          label="Select the file containing trusted CA certificates"
          description="PEM, DER or PKCS#7 with any number of certificates and CRLs. What is already listed stays; nothing is replaced."
          files={files}
          onChange={(chosen) => {
            previewAppend.reset();
            append.reset();
            setFiles(chosen);
          }}
          accept=".pem,.crt,.cer,.der,.p7b,.p7c,.crl"
        />
        {previewAppend.isError && <ProblemNotice error={previewAppend.error} />}
        {report ? (
          <div className="tg-stack">
            <Report report={report} />
            {append.isError && <ProblemNotice error={append.error} />}
            <div className="tg-actions">
              {report.acceptable && (
                <Button loading={append.isPending} onClick={() => void confirm(false)}>
                  Confirm: add {report.added}
                </Button>
              )}
              {!report.acceptable && report.acceptableInPart && (
                <Button loading={append.isPending} onClick={() => void confirm(true)}>
                  Take the good ones: add {report.added}
                </Button>
              )}
              <Button variant="default" onClick={clear}>
                Cancel
              </Button>
              <span className="tg-dim tg-small">
                Afterwards {report.total} of at most {report.limit} certificates.
              </span>
            </div>
          </div>
        ) : (
          <div className="tg-actions">
            <Button
              type="submit"
              disabled={!file}
              loading={previewAppend.isPending}
              leftSection={<Icon name="plus" size={14} />}
            >
              Append CA certificate
            </Button>
            <span className="tg-dim tg-small">
              First you see what the file holds; nothing changes until you confirm.
            </span>
          </div>
        )}
      </form>
    </Panel>
  );
}

function Report({ report }: { readonly report: AppendReport }) {
  return (
    <>
      {report.problem && <Notice tone={report.acceptableInPart ? 'warning' : 'critical'} title={report.problem} />}
      {report.notes.map((note) => (
        <Notice key={note} tone="note">
          {note}
        </Notice>
      ))}
      <WideTable label="What the file holds" stacks minWidth={640} maxHeight={420}>
        <Table fz="sm" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What happens</Table.Th>
              <Table.Th>Subject</Table.Th>
              <Table.Th>Issuer</Table.Th>
              <Table.Th>Expiration date</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.members.map((member) => (
              <Table.Tr key={member.position}>
                <Table.Td data-label="What happens">
                  <StateMark tone={verdicts[member.verdict][0]}>{verdicts[member.verdict][1]}</StateMark>
                </Table.Td>
                <Table.Td data-label="Subject" className="tg-name-cell">
                  {nameText(member.subject) || (member.kind === 'crl' ? 'Certificate revocation list' : '–')}
                  {member.refusal && (
                    <div className="tg-small">
                      <strong>{member.refusal.message}</strong> {member.refusal.hint}
                    </div>
                  )}
                  {member.warnings.map((warning) => (
                    <div key={warning.code} className="tg-row-warning">
                      <Icon name="warning" size={12} />
                      <span>
                        {warning.message} {warning.hint}
                      </span>
                    </div>
                  ))}
                </Table.Td>
                <Table.Td data-label="Issuer" className="tg-name-cell">
                  {nameText(member.issuer)}
                </Table.Td>
                <Table.Td data-label="Expiration date">{dateText(member.notAfter)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
    </>
  );
}
