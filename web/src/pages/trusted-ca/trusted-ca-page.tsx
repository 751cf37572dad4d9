/** Trusted CA certificate: the list, appending, deleting, resetting, and undoing a deletion. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type RemovalReport } from '../../api.ts';
import { TextDialog } from '../../components/dialogs/text-dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { AppendPanel } from './append-panel.tsx';
import { useTrustedCaChanges } from './changes.ts';
import { RemovalDialog } from './removal-dialog.tsx';
import { RemovalsPanel } from './removals-panel.tsx';
import { TrustedCaTable } from './trusted-ca-table.tsx';

type Shown = 'text' | 'pem' | undefined;
type Asked = {
  readonly kind: 'delete' | 'reset';
  readonly report: RemovalReport;
  readonly fingerprints: readonly string[];
};

/** Everything about what this gateway trusts. */
export function TrustedCaPage() {
  const list = useQuery({ queryKey: ['trusted-cas'], queryFn: () => unwrap(api.GET('/trusted-cas')) });
  const [shown, setShown] = useState<Shown>();
  const [asked, setAsked] = useState<Asked>();
  const [older, setOlder] = useState<readonly string[]>([]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const mayChange = useMayChange();
  const { previewRemoval, previewReset } = useTrustedCaChanges();
  const failed = previewRemoval.error ?? previewReset.error;

  async function askDelete(fingerprints: readonly string[]) {
    const report = await previewRemoval.mutateAsync(fingerprints).catch(() => undefined);
    if (report) setAsked({ kind: 'delete', report, fingerprints });
  }
  async function askReset() {
    const report = await previewReset.mutateAsync().catch(() => undefined);
    if (report) setAsked({ kind: 'reset', report, fingerprints: [] });
  }
  return (
    <Page intro="A peer that has to be verified must present a certificate that chains to a root in this list. Intermediates may be listed here or presented by the peer.">
      <Panel
        title={
          <>
            Trusted CA certificates{' '}
            {list.data && (
              <span className="tg-dim" style={{ fontWeight: 400, fontSize: 13 }}>
                {list.data.certificates} of at most {list.data.limit}
              </span>
            )}
          </>
        }
        actions={
          <>
            <Button variant="default" onClick={() => setShown('text')}>
              Show all (decoded)
            </Button>
            <Button variant="default" onClick={() => setShown('pem')}>
              Show all (PEM file)
            </Button>
          </>
        }
      >
        <div className="tg-stack">
          {failed && <ProblemNotice error={failed} />}
          <QueryView query={list} rows={10}>
            {(data) => <TrustedCaTable rows={data.rows} selected={selected} onSelect={setSelected} />}
          </QueryView>
          {mayChange && (
            <div className="tg-actions">
              <Button
                variant="default"
                disabled={selected.size === 0}
                loading={previewRemoval.isPending}
                onClick={() => void askDelete([...selected])}
              >
                Delete{selected.size > 0 && ` (${selected.size})`}
              </Button>
              <Button variant="default" loading={previewReset.isPending} onClick={() => void askReset()}>
                Reset to default CA certificate
              </Button>
            </div>
          )}
        </div>
      </Panel>
      {older.length > 0 && (
        <Notice
          tone="note"
          title={
            older.length === 1
              ? 'An older certificate with the same issuer and subject is still on the list.'
              : `${older.length} older certificates with the same issuer and subject are still on the list.`
          }
          actions={
            <>
              <Button variant="default" onClick={() => void askDelete(older)}>
                Delete the older
              </Button>
              <Button variant="default" onClick={() => setOlder([])}>
                Keep both
              </Button>
            </>
          }
        >
          Both are tried when a peer is verified. Delete the older once no peer needs it.
        </Notice>
      )}
      {mayChange && <AppendPanel onOlder={setOlder} />}
      <RemovalsPanel />
      {shown && <AllText what={shown} onClose={() => setShown(undefined)} />}
      {asked && (
        <RemovalDialog
          {...asked}
          onClose={(done) => {
            setAsked(undefined);
            if (!done) return;
            setSelected(new Set());
            setOlder([]);
          }}
        />
      )}
    </Page>
  );
}

function AllText({ what, onClose }: { readonly what: 'text' | 'pem'; readonly onClose: () => void }) {
  const query = useQuery({
    queryKey: ['trusted-cas', what],
    queryFn: () => unwrap(api.GET(`/trusted-cas/${what}`, { parseAs: 'text' })),
  });
  return (
    <TextDialog
      title={what === 'text' ? 'Trusted CA certificates: all, decoded' : 'Trusted CA certificates: PEM file'}
      query={query}
      fileName={what === 'text' ? 'trusted-cas.txt' : 'trusted-cas.pem'}
      onClose={onClose}
    />
  );
}
