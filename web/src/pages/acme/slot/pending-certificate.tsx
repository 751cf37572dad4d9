/** The signed certificate that waits: look at it, deploy it, throw it away. */
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type AcmeProvider, type AcmeSlot, api } from '../../../api.ts';
import { askPerson } from '../../../components/dialogs/ask-person.tsx';
import { TextDialog } from '../../../components/dialogs/text-dialog.tsx';
import { toast } from '../../../components/dialogs/toast.tsx';
import { Facts } from '../../../components/facts.tsx';
import { NameList } from '../../../components/name-list.tsx';
import { Notice } from '../../../components/notice.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { momentText, When } from '../../../components/time.tsx';
import { useMayChange } from '../../../session.ts';
import { unwrap } from '../../../transport.ts';
import { useRefreshAcme } from '../acme-queries.ts';

interface PendingCertificateProps {
  readonly slot: AcmeSlot;
  readonly pending: NonNullable<AcmeSlot['pending']>;
  readonly providers: readonly AcmeProvider[];
}

export function PendingCertificate({ slot, pending, providers }: PendingCertificateProps) {
  const [shown, setShown] = useState<'text' | 'pem'>();
  return (
    <section className="tg-stack" aria-label="Pending ACME certificate">
      <h3 className="tg-h3">Pending ACME certificate</h3>
      <Facts
        facts={[
          ['Subject', pending.subject || 'Empty: only the names count'],
          ['Names', <NameList key="n" names={pending.names} label="Names of the pending certificate" />],
          ['Issuer', pending.issuer],
          ['Extended key usage', pending.extendedKeyUsage.join(', ') || 'None'],
          ['Valid', `${momentText(pending.notBefore)} to ${momentText(pending.notAfter)}`],
          [
            'Signed',
            `${momentText(pending.signedAt)} by ${providers.find(({ id }) => id === pending.provider)?.name ?? pending.provider}`,
          ],
          ['Deployed', pending.deployAt === null ? 'by hand' : <When key="d" at={pending.deployAt} />],
          [
            'SHA-256 fingerprint',
            <code key="f" className="tg-mono">
              {pending.fingerprintSha256}
            </code>,
          ],
        ]}
      />
      {pending.warnings.map(({ code, detail, hint }) => (
        <Notice key={`${code}|${detail}`} tone="warning" title={detail}>
          {hint}
        </Notice>
      ))}
      <Actions slot={slot} onShow={setShown} />
      {shown && <Shown slot={slot.slot} what={shown} onClose={() => setShown(undefined)} />}
    </section>
  );
}

function Actions({ slot, onShow }: { readonly slot: AcmeSlot; readonly onShow: (what: 'text' | 'pem') => void }) {
  const mayChange = useMayChange();
  const refresh = useRefreshAcme();
  const params = { params: { path: { slot: slot.slot } } };
  const deploy = useMutation({
    mutationFn: () => unwrap(api.POST('/acme/slots/{slot}/pending/deployment', params)),
    onSuccess: ({ served, notServed }) =>
      toast(
        served
          ? 'Deployed: every new handshake gets it. Open connections stay.'
          : `Deployed. Listeners still serve the former certificate: ${notServed ?? 'no answer'}`,
      ),
    onSettled: refresh,
  });
  const discard = useMutation({
    mutationFn: () => unwrap(api.DELETE('/acme/slots/{slot}/pending', params)),
    onSuccess: () => toast('The pending certificate is discarded.'),
    onSettled: refresh,
  });
  async function askDiscard() {
    const yes = await askPerson({
      title: 'Discard the pending certificate?',
      body: 'It is thrown away with its key. The CA counts it as issued all the same.',
      confirm: 'Discard',
      dangerous: true,
    });
    if (yes) discard.mutate();
  }
  const failed = deploy.error ?? discard.error;
  return (
    <>
      <div className="tg-actions">
        {mayChange && (
          <Button loading={deploy.isPending} onClick={() => deploy.mutate()}>
            Deploy Pending Cert
          </Button>
        )}
        <Button variant="default" onClick={() => onShow('text')} aria-label="Show (decoded): pending certificate">
          Show (decoded)
        </Button>
        <Button variant="default" onClick={() => onShow('pem')} aria-label="Show (PEM file): pending certificate">
          Show (PEM file)
        </Button>
        {mayChange && (
          <Button variant="default" loading={discard.isPending} onClick={() => void askDiscard()}>
            Discard Pending Cert
          </Button>
        )}
      </div>
      {failed && <ProblemNotice error={failed} />}
    </>
  );
}

interface ShownProps {
  readonly slot: string;
  readonly what: 'text' | 'pem';
  readonly onClose: () => void;
}

function Shown({ slot, what, onClose }: ShownProps) {
  const path = { params: { path: { slot } } };
  const query = useQuery({
    queryKey: ['acme', 'pending', slot, what],
    queryFn: async () =>
      what === 'text'
        ? (await unwrap(api.GET('/acme/slots/{slot}/pending/text', path))).text
        : unwrap(api.GET('/acme/slots/{slot}/pending/pem', { ...path, parseAs: 'text' })),
  });
  return (
    <TextDialog
      title={`Pending ACME certificate: ${what === 'text' ? 'decoded' : 'PEM file'}`}
      query={query}
      fileName={what === 'text' ? 'pending-certificate.txt' : 'pending-certificate.pem'}
      onClose={onClose}
    />
  );
}
