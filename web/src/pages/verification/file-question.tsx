/** Asks for the certificate to judge, and on demand for trust, CRLs and a moment of one's own. */
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { DecisionRequest } from '../../api.ts';
import { encodeFile, FileField } from '../../components/file-field.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { PemText, pastedFiles } from '../tools/pem-text.tsx';
import { type Purpose, PurposeFields, splitNames } from './purpose-fields.tsx';

interface FileQuestionProps {
  readonly busy: boolean;
  readonly error: unknown;
  readonly onAsk: (request: DecisionRequest) => void;
}

export function FileQuestion({ busy, error, onAsk }: FileQuestionProps) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [text, setText] = useState('');
  const [purpose, setPurpose] = useState<Purpose>('sip-server');
  const [names, setNames] = useState('');
  const [trust, setTrust] = useState<readonly File[]>([]);
  const [evidence, setEvidence] = useState<readonly File[]>([]);
  const [at, setAt] = useState('');

  async function submit(event: FormEvent) {
    event.preventDefault();
    const all = (list: readonly File[]) => Promise.all(list.map(encodeFile));
    onAsk({
      files: await all([...files, ...pastedFiles(text)]),
      purpose,
      names: splitNames(names),
      ...(trust.length > 0 && { trust: await all(trust) }),
      ...(evidence.length > 0 && { crls: await all(evidence) }),
      ...(at.trim() !== '' && { at: at.trim() }),
    });
  }
  return (
    <Panel title="Which certificate">
      <form onSubmit={(event) => void submit(event)} className="tg-form">
        <FileField
          label="Certificate and chain"
          description="The certificate first; the rest of the chain in any order."
          files={files}
          onChange={setFiles}
          multiple
        />
        <PemText value={text} onChange={setText} />
        <PurposeFields
          purpose={purpose}
          onPurpose={setPurpose}
          names={names}
          onNames={setNames}
          namesHelp="Host, IP address or sip:domain; one is enough."
        />
        <details>
          <summary>Other trust, CRLs, another moment</summary>
          <div className="tg-form" style={{ marginTop: 12 }}>
            <FileField
              label="CA certificates to trust"
              description="Instead of the trusted CA list of this gateway."
              files={trust}
              onChange={setTrust}
              multiple
            />
            <FileField
              label="CRLs"
              description="Given some, the whole chain is checked for revocation."
              files={evidence}
              onChange={setEvidence}
              multiple
            />
            <TextInput
              label="Moment"
              description="Now unless told; UTC."
              placeholder="2026-05-01T12:00:00Z"
              maw={360}
              value={at}
              onChange={(e) => setAt(e.currentTarget.value)}
            />
          </div>
        </details>
        {Boolean(error) && <ProblemNotice error={error} />}
        <div className="tg-actions">
          <Button type="submit" loading={busy} disabled={files.length === 0 && text.trim() === ''}>
            Verify
          </Button>
        </div>
      </form>
    </Panel>
  );
}
