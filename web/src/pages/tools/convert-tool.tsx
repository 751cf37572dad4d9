/** Convert: one form of a file into another. */
import { Radio } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { DownloadButton } from '../../components/download-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { TextBlock } from '../../components/text-block.tsx';
import { unwrap } from '../../transport.ts';
import { ToolInput, type ToolRequest } from './tool-input.tsx';

type Form = 'pem' | 'der' | 'pkcs7';

/** The page Maintenance › Tools › Convert. */
export function ConvertTool() {
  const [to, setTo] = useState<Form>('pem');
  const convert = useMutation({
    mutationFn: (body: ToolRequest) => unwrap(api.POST('/tools/convert', { body: { ...body, to } })),
  });
  return (
    <Page intro="Private keys are left out of what is made here. To convert a key, use the command line on your own machine: tollgate convert.">
      <ToolInput
        title="What to convert"
        label="Files to convert"
        description="PEM, DER, PKCS#7 or PKCS#12; recognised by content."
        action="Convert"
        busy={convert.isPending}
        error={convert.error}
        onRun={convert.mutate}
      >
        <Radio.Group label="Convert to" value={to} onChange={(value) => setTo(value as Form)}>
          <div className="tg-actions" style={{ gap: 18, marginTop: 4 }}>
            <Radio value="pem" label="PEM" />
            <Radio value="der" label="DER" />
            <Radio value="pkcs7" label="PKCS#7" />
          </div>
        </Radio.Group>
      </ToolInput>
      {convert.data && <Converted answer={convert.data} />}
    </Page>
  );
}

interface ConvertedProps {
  readonly answer: { readonly content: string; readonly extension: string; readonly notes: readonly string[] };
}

function Converted({ answer }: ConvertedProps) {
  const bytes = Uint8Array.from(atob(answer.content), (c) => c.charCodeAt(0));
  const text = answer.extension.includes('pem') ? new TextDecoder().decode(bytes) : undefined;
  const fileName = `converted.${answer.extension.replace(/^\./, '')}`;
  return (
    <Panel title="Converted file" actions={<DownloadButton fileName={fileName} content={bytes} />}>
      <div className="tg-stack">
        {answer.notes.map((note) => (
          <Notice key={note} tone="note">
            {note}
          </Notice>
        ))}
        {text === undefined ? (
          <p className="tg-flat">
            {fileName}, {bytes.length} bytes.
          </p>
        ) : (
          <TextBlock label="Converted file" text={text} />
        )}
      </div>
    </Panel>
  );
}
