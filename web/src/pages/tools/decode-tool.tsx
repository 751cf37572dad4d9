/** Decode: what a file holds, in facts and in the layout that openssl users know. */
import { useMutation } from '@tanstack/react-query';
import { api, type DecodedFile } from '../../api.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Facts } from '../../components/facts.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { TextBlock } from '../../components/text-block.tsx';
import { withPlainDates } from '../../components/time.tsx';
import { unwrap } from '../../transport.ts';
import { ToolInput, type ToolRequest } from './tool-input.tsx';

const kinds = {
  certificate: 'Certificate',
  'private-key': 'Private key (public half)',
  'public-key': 'Public key',
  csr: 'Certificate signing request',
  crl: 'Certificate revocation list',
  'ocsp-answer': 'OCSP answer',
} as const;

/** The page Maintenance › Tools › Decode. */
export function DecodeTool() {
  const decode = useMutation({
    mutationFn: (body: ToolRequest) => unwrap(api.POST('/tools/decode', { body })),
  });
  return (
    <Page intro="Reads certificates, CSRs, CRLs, OCSP answers and keys in PEM, DER, PKCS#7 or PKCS#12.">
      <ToolInput
        title="What to decode"
        label="Files to decode"
        description="Any number, each with any number of objects; recognised by content."
        action="Decode"
        busy={decode.isPending}
        error={decode.error}
        onRun={decode.mutate}
      />
      {numbered(decode.data?.files ?? []).map(({ number, file }) => (
        <DecodedPanel key={number} file={file} />
      ))}
    </Page>
  );
}

function DecodedPanel({ file }: { readonly file: DecodedFile }) {
  return (
    <Panel title={`${file.name || 'File'} (${file.format.toUpperCase()})`}>
      <div className="tg-stack">
        {file.notes.map((note) => (
          <Notice key={note} tone="note">
            {note}
          </Notice>
        ))}
        {file.objects.map((object) => (
          <div key={object.offset} className="tg-stack tg-object">
            <div className="tg-actions" style={{ justifyContent: 'space-between' }}>
              <h3 className="tg-h3">{kinds[object.kind]}</h3>
              <CopyButton text={object.text} label="Copy text" />
            </div>
            {object.remarks.map((remark) => (
              <Notice key={remark} tone="warning">
                {remark}
              </Notice>
            ))}
            <Facts facts={object.facts.map((fact) => [fact.label, withPlainDates(fact.value)] as const)} />
            <TextBlock label={`${kinds[object.kind]}, decoded`} text={object.text} />
          </div>
        ))}
      </div>
    </Panel>
  );
}

/** Two files may have one name: their place in the answer tells them apart. */
function numbered(files: readonly DecodedFile[]) {
  return files.map((file, number) => ({ number, file }));
}
