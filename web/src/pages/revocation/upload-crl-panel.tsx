/** The CRL that was uploaded by hand: replacing it, removing it. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { encodeFile, FileField } from '../../components/file-field.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { unwrap } from '../../transport.ts';

/** `manual`: there is one to remove. */
export function UploadCrlPanel({ manual }: { readonly manual: boolean }) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const client = useQueryClient();
  const refresh = () =>
    Promise.all([['revocation'], ['alarms'], ['overview']].map((queryKey) => client.invalidateQueries({ queryKey })));
  const upload = useMutation({
    mutationFn: async (file: File) => {
      const { name, content } = await encodeFile(file);
      return unwrap(api.POST('/revocation/crl', { body: { file: content, name } }));
    },
    onSuccess: async ({ crls }) => {
      const unverified = crls.filter(({ verdict }) => verdict === 'unverified').length;
      toast(
        unverified === 0
          ? `Uploaded: ${crls.length} CRL${crls.length === 1 ? '' : 's'}.`
          : `Uploaded; ${unverified} of unknown CAs are not used until those are trusted.`,
      );
      setFiles([]);
      await refresh();
    },
  });
  const remove = useMutation({
    mutationFn: () => unwrap(api.DELETE('/revocation/crl')),
    onSuccess: async () => {
      toast('The uploaded CRLs are removed.');
      await refresh();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    const [file] = files;
    if (file) upload.mutate(file);
  }
  const failed = upload.error ?? remove.error;
  return (
    <Panel title="Manual CRL update" anchor="upload">
      <form onSubmit={submit} className="tg-form">
        <FileField
          label="Select the file containing revocation lists"
          description="PEM or DER, or a ZIP or GZIP of CRLs. It replaces what was uploaded last. External policy servers are checked against uploaded CRLs only."
          files={files}
          onChange={(chosen) => {
            upload.reset();
            setFiles(chosen);
          }}
          accept=".crl,.pem,.der,.zip,.gz"
        />
        {failed && <ProblemNotice error={failed} />}
        <div className="tg-actions">
          <Button type="submit" disabled={files.length === 0} loading={upload.isPending}>
            Upload CRL file
          </Button>
          <Button variant="default" disabled={!manual} loading={remove.isPending} onClick={() => remove.mutate()}>
            Remove revocation list
          </Button>
        </div>
      </form>
    </Panel>
  );
}
