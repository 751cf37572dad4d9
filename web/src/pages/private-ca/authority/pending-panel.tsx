/** An intermediate that another CA signs: the request to hand out, and the certificate that comes back. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Authority, api } from '../../../api.ts';
import { CopyButton } from '../../../components/copy-button.tsx';
import { askPerson } from '../../../components/dialogs/ask-person.tsx';
import { toast } from '../../../components/dialogs/toast.tsx';
import { DownloadButton } from '../../../components/download-button.tsx';
import { encodeFile, FileField } from '../../../components/file-field.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { navigate } from '../../../location.ts';
import { unwrap } from '../../../transport.ts';
import { useRefresh } from '../private-ca-queries.ts';

export function PendingPanel({ authority }: { readonly authority: Authority }) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const refresh = useRefresh();
  const params = { path: { id: authority.id } };
  const install = useMutation({
    mutationFn: async (file: File) => {
      const { content } = await encodeFile(file);
      return unwrap(api.POST('/private-ca/authorities/{id}/certificate', { params, body: { file: content } }));
    },
    onSuccess: async () => {
      toast(`${authority.label} issues from now on.`);
      await refresh();
    },
  });
  const discard = useMutation({
    mutationFn: () => unwrap(api.DELETE('/private-ca/authorities/{id}', { params })),
    onSuccess: async () => {
      navigate('/security/private-ca');
      toast('The request and its key are gone.');
      await refresh();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (files[0]) install.mutate(files[0]);
  }
  async function drop() {
    const sure = await askPerson({
      title: `Discard ${authority.label}?`,
      body: 'Its key is destroyed; a certificate made for the request cannot be used any more.',
      confirm: 'Discard',
      dangerous: true,
    });
    if (sure) discard.mutate();
  }
  const failed = install.error ?? discard.error;
  return (
    <Panel title="Waits for its certificate" anchor="pending">
      <form className="tg-form" onSubmit={submit}>
        <p style={{ margin: 0 }}>
          Have the request signed as an intermediate CA (basic constraints CA, path length 0), then load what comes
          back, with the certificates above it.
        </p>
        {authority.request && (
          <div className="tg-actions">
            <DownloadButton fileName="intermediate.csr" content={authority.request} label="Download request (PEM)" />
            <CopyButton text={authority.request} />
          </div>
        )}
        <FileField
          label="Certificate and those above it"
          description="PEM, DER or PKCS#7, in any order"
          files={files}
          onChange={(chosen) => {
            install.reset();
            setFiles(chosen);
          }}
          accept=".pem,.crt,.cer,.der,.p7b"
        />
        {failed && <ProblemNotice error={failed} />}
        <div className="tg-actions">
          <Button type="submit" loading={install.isPending} disabled={files.length === 0}>
            Load certificate
          </Button>
          <Button variant="default" loading={discard.isPending} onClick={() => void drop()}>
            Discard request
          </Button>
        </div>
      </form>
    </Panel>
  );
}
