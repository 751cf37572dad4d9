/** Append CA certificate: a file in, what would happen, then the confirmation. */

import { Button } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { AppendReport } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { FileField } from '../../components/file-field.tsx';
import { Icon } from '../../components/icons.tsx';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { nameText } from '../../components/name-text.ts';
import { Notice, StateWord, type ToneWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { dateText } from '../../components/time.tsx';
import { useTrustedCaChanges } from './changes.ts';

const verdicts: Readonly<Record<AppendReport['members'][number]['verdict'], ToneWord>> = {
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
      <ListTable
        label="What the file holds"
        minWidth={640}
        maxHeight={420}
        rows={report.members}
        keyOf={({ position }) => position}
        columns={columns}
      />
    </>
  );
}

const columns: readonly Column<AppendReport['members'][number]>[] = [
  { heading: 'What happens', cell: ({ verdict }) => <StateWord of={verdicts[verdict]} /> },
  {
    heading: 'Subject',
    wraps: true,
    cell: ({ subject, kind, refusal, warnings }) => (
      <>
        {nameText(subject) || (kind === 'crl' ? 'Certificate revocation list' : '–')}
        {refusal && (
          <div className="tg-small">
            <strong>{refusal.message}</strong> {refusal.hint}
          </div>
        )}
        {warnings.map((warning) => (
          <div key={warning.code} className="tg-row-warning">
            <Icon name="warning" size={12} />
            <span>
              {warning.message} {warning.hint}
            </span>
          </div>
        ))}
      </>
    ),
  },
  { heading: 'Issuer', wraps: true, cell: ({ issuer }) => nameText(issuer) },
  { heading: 'Expiration date', cell: ({ notAfter }) => dateText(notAfter) },
];
