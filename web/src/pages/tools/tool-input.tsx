/** What every tool takes: files, or text pasted from somewhere, and a password where a file has one. */
import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { encodeFile, FileField } from '../../components/file-field.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { toProblem } from '../../problem.ts';
import { PemText, pastedFiles } from './pem-text.tsx';

export interface ToolRequest {
  readonly files: { name: string; content: string }[];
  readonly password?: string;
}

interface ToolInputProps {
  readonly title: string;
  readonly label: string;
  readonly description: string;
  /** What the button says. */
  readonly action: string;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onRun: (request: ToolRequest) => void;
  /** Further fields of the tool. */
  readonly children?: ReactNode;
}

/** Files and pasted text go in together; the tool says what it recognised. */
export function ToolInput({ title, label, description, action, busy, error, onRun, children }: ToolInputProps) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [text, setText] = useState('');
  const [password, setPassword] = useState('');
  const locked =
    files.some((file) => /\.(p12|pfx)$/i.test(file.name)) ||
    (error ? /password|pkcs12/.test(toProblem(error).code) : false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const encoded = await Promise.all([...files, ...pastedFiles(text)].map(encodeFile));
    onRun({ files: encoded, ...(password !== '' && { password }) });
  }
  return (
    <Panel title={title}>
      <form onSubmit={(event) => void submit(event)} className="tg-form">
        <FileField label={label} description={description} files={files} onChange={setFiles} multiple />
        <PemText value={text} onChange={setText} />
        {locked && (
          <PasswordInput
            label="Password of the PKCS#12 file"
            autoComplete="off"
            maw={360}
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
          />
        )}
        {children}
        {Boolean(error) && <ProblemNotice error={error} />}
        <div className="tg-actions">
          <Button type="submit" loading={busy} disabled={files.length === 0 && text.trim() === ''}>
            {action}
          </Button>
          <span className="tg-dim tg-small">
            Read by this gateway, not stored; of a private key only the public half is shown.
          </span>
        </div>
      </form>
    </Panel>
  );
}
