/** Verify: what a certificate or a remote server is worth here, and why. */
import { SegmentedControl } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type DecisionRequest, type RemoteRequest } from '../../api.ts';
import { Page } from '../../components/page.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { DecisionPanel } from './decision-panel.tsx';
import { FileQuestion } from './file-question.tsx';
import { RemoteQuestion } from './remote-question.tsx';

/** The page Maintenance › Tools › Verify. */
export function VerifyPage() {
  const [what, setWhat] = useState<'server' | 'files'>('files');
  const mayCall = useMayChange();
  const files = useMutation({
    mutationFn: (body: DecisionRequest) => unwrap(api.POST('/verification/decisions', { body })),
  });
  const server = useMutation({
    mutationFn: (body: RemoteRequest) => unwrap(api.POST('/verification/remote', { body })),
  });
  return (
    <Page intro="Decides as this gateway would for a peer, shows the path it took, and says what to do about a refusal. Nothing is stored.">
      {mayCall && (
        <SegmentedControl
          aria-label="What to verify"
          data={[
            { value: 'files', label: 'Certificate files' },
            { value: 'server', label: 'Remote server' },
          ]}
          value={what}
          onChange={(value) => setWhat(value === 'server' ? 'server' : 'files')}
          style={{ alignSelf: 'start' }}
        />
      )}
      {what === 'files' ? (
        <>
          <FileQuestion busy={files.isPending} error={files.error} onAsk={files.mutate} />
          {files.data && <DecisionPanel {...files.data} />}
        </>
      ) : (
        <>
          <RemoteQuestion busy={server.isPending} error={server.error} onAsk={server.mutate} />
          {server.data && (
            <DecisionPanel decision={server.data.decision} text={server.data.text} remote={server.data} />
          )}
        </>
      )}
    </Page>
  );
}
