/** What can be done with an authority that has its certificate: trust it, replace it, take it elsewhere. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type Authority, api } from '../../../api.ts';
import { toast } from '../../../components/dialogs/toast.tsx';
import { saveFile } from '../../../components/download-button.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { navigate } from '../../../location.ts';
import { unwrap } from '../../../transport.ts';
import { PassphraseDialog } from '../passphrase-dialog.tsx';
import { useAuthorities, useRefresh } from '../private-ca-queries.ts';
import { fileName } from './authority-words.ts';

export function AuthorityActions({ authority }: { readonly authority: Authority }) {
  const [asks, setAsks] = useState<'rotate' | 'export'>();
  const refresh = useRefresh();
  const rootIsHere = useSignedHere(authority);
  const params = { path: { id: authority.id } };
  const trust = useMutation({
    mutationFn: () => unwrap(api.POST('/private-ca/authorities/{id}/trust', { params })),
    onSuccess: async ({ added }) => {
      toast(added ? 'The root is on the trusted CA list.' : 'The root was on the trusted CA list before.');
      await refresh();
    },
  });
  const rotate = useMutation({
    mutationFn: (passphrase: string) =>
      unwrap(
        api.POST('/private-ca/authorities/{id}/rotation', { params, body: passphrase === '' ? {} : { passphrase } }),
      ),
    onSuccess: async (made) => {
      setAsks(undefined);
      await refresh();
      navigate(`/security/private-ca/${made.id}`);
      toast(made.state === 'pending' ? 'The new key waits for its certificate.' : 'The new intermediate issues now.');
    },
  });
  const take = useMutation({
    mutationFn: async (passphrase: string) =>
      unwrap(
        api.POST('/private-ca/authorities/{id}/export', {
          params,
          body: passphrase === '' ? {} : { passphrase },
          parseAs: 'arrayBuffer',
        }),
      ),
    onSuccess: (bytes) => {
      setAsks(undefined);
      saveFile(`${fileName(authority.label)}-demoCA.tar.gz`, new Uint8Array(bytes));
    },
  });
  if (authority.state === 'pending') return null;
  const rotates = authority.role === 'intermediate' && authority.state === 'active';
  const asked = asks === 'rotate' ? rotate : take;
  return (
    <Panel title="Actions" anchor="actions">
      <div className="tg-stack">
        {trust.isError && <ProblemNotice error={trust.error} />}
        <div className="tg-actions">
          <Button variant="default" loading={trust.isPending} onClick={() => trust.mutate()}>
            Append its root to the trusted CA list
          </Button>
          {rotates && (
            <Button variant="default" onClick={() => setAsks('rotate')}>
              Rotate: new key in its place…
            </Button>
          )}
          <Button variant="default" onClick={() => setAsks('export')}>
            Export as folder of openssl ca…
          </Button>
        </div>
      </div>
      {asks && (
        <PassphraseDialog
          title={asks === 'rotate' ? `Replace ${authority.label}` : `Export ${authority.label}`}
          action={asks === 'rotate' ? 'Replace' : 'Export'}
          optional={asks === 'export' || !rootIsHere}
          error={asked.error}
          pending={asked.isPending}
          onClose={() => {
            asked.reset();
            setAsks(undefined);
          }}
          onSubmit={(passphrase) => asked.mutate(passphrase)}
        >
          <p style={{ marginTop: 0 }}>
            {asks === 'rotate'
              ? rootIsHere
                ? 'An intermediate with a new key takes over. This one issues no more; its CRLs and OCSP answers go on until it ends. The passphrase of the root’s key is needed.'
                : 'A new key is made, and a request for the CA that signed this one. This one goes on until the certificate is loaded.'
              : 'demoCA as tar.gz, for openssl ca. With a passphrase the key goes along, encrypted under it; without one it stays here.'}
          </p>
        </PassphraseDialog>
      )}
    </Panel>
  );
}

/** Whether the root that signed it is here with its key. */
function useSignedHere({ parent }: Authority): boolean {
  const all = useAuthorities();
  return all.data?.some(({ id, key }) => id === parent && key !== 'none') ?? false;
}
