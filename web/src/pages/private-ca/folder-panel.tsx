/** Import of a folder of `openssl ca`: people who ran their CA by hand move over with everything they issued. */
import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { api } from '../../api.ts';
import { useUnsavedGuard } from '../../components/dialogs/unsaved.ts';
import { encodeFile, FileField } from '../../components/file-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { unwrap } from '../../transport.ts';
import { useRefresh } from './private-ca-queries.ts';

export function FolderPanel() {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [passphrase, setPassphrase] = useState('');
  const refresh = useRefresh();
  useUnsavedGuard(files.length > 0 || passphrase !== '', 'the import');
  const take = useMutation({
    mutationFn: async (file: File) => {
      const { content } = await encodeFile(file);
      return unwrap(api.POST('/private-ca/imports', { body: { archive: content, passphrase } }));
    },
    onSuccess: async () => {
      setFiles([]);
      setPassphrase('');
      await refresh();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (files[0]) take.mutate(files[0]);
  }
  const report = take.data;
  return (
    <Panel title="Move a CA of OpenSSL in" anchor="import">
      <form className="tg-form" onSubmit={submit} aria-label="Move a CA of OpenSSL in">
        <FileField
          label="Folder of openssl ca"
          description="demoCA packed as ZIP, tar or tar.gz: index.txt, serial, cacert.pem, private/cakey.pem, newcerts. The way back is on the page of each authority."
          files={files}
          onChange={(chosen) => {
            take.reset();
            setFiles(chosen);
          }}
          accept=".zip,.tar,.gz,.tgz"
        />
        <PasswordInput
          label="Passphrase of cakey.pem"
          description="The key stays under it."
          autoComplete="off"
          value={passphrase}
          onChange={(e) => setPassphrase(e.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show passphrase' }}
        />
        {take.isError && <ProblemNotice error={take.error} />}
        {report && (
          <Notice tone="ok" title={`${report.authority.label} has moved in.`} live>
            <p style={{ margin: 0 }}>
              {report.valid.toLocaleString('en')} valid, {report.revoked.toLocaleString('en')} revoked,{' '}
              {report.expired.toLocaleString('en')} expired
              {report.withoutCertificate > 0 && `; ${report.withoutCertificate} known by their line alone`}.{' '}
              <Link to={`/security/private-ca/${report.authority.id}`}>Look at it</Link>
            </p>
            {report.notes.length > 0 && (
              <ul className="tg-list">
                {report.notes.map((note) => (
                  <li key={note}>{note}</li>
                ))}
              </ul>
            )}
          </Notice>
        )}
        <div className="tg-actions">
          <Button
            type="submit"
            variant="default"
            loading={take.isPending}
            disabled={files.length === 0 || passphrase === ''}
          >
            Import folder
          </Button>
        </div>
      </form>
    </Panel>
  );
}
