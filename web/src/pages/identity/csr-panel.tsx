/** Certificate signing request (CSR): the pending one, the last one, or the way to a new one. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { api, type CsrView, type IdentityView } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { TextDialog } from '../../components/dialogs/text-dialog.tsx';
import { Facts } from '../../components/facts.tsx';
import { Icon } from '../../components/icons.tsx';
import { NameList } from '../../components/name-list.tsx';
import { StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { When } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useSlotChanges } from './changes.ts';
import { CommandBox } from './command-box.tsx';
import { Remarks } from './remarks.tsx';
import { keyWords } from './words.ts';

/** One request may be pending at a time; the page says so and offers Discard CSR. */
export function CsrPanel({ identity, home }: { readonly identity: IdentityView; readonly home: string }) {
  const mayChange = useMayChange();
  const request = identity.pendingCsr ?? identity.lastCsr;
  const generate = mayChange && !identity.pendingCsr && (
    <Link to={`${home}/generate-csr`} asChild>
      <Button component="a" leftSection={<Icon name="plus" size={14} />}>
        Generate CSR
      </Button>
    </Link>
  );
  return (
    <Panel
      title="Certificate signing request (CSR)"
      anchor="csr"
      actions={
        identity.pendingCsr ? (
          <StateMark tone="note">In progress: waiting for the signed certificate</StateMark>
        ) : (
          generate
        )
      }
    >
      {request ? (
        <Request slot={identity.slot} pending={Boolean(identity.pendingCsr)} key={request.id} />
      ) : (
        <Empty title="No certificate signing request is in progress.">
          Generate a CSR, have it signed by your certificate authority, then upload the certificate below.
        </Empty>
      )}
    </Panel>
  );
}

function Request({ slot, pending }: { readonly slot: string; readonly pending: boolean }) {
  const query = useQuery({
    queryKey: ['csr', slot],
    queryFn: () => unwrap(api.GET('/identities/{slot}/csr', { params: { path: { slot } } })),
  });
  return (
    <QueryView query={query} rows={6}>
      {(csr) => (
        <div className="tg-stack">
          {!pending && (
            <p className="tg-dim tg-small" style={{ margin: 0 }}>
              No request is in progress. This is the last one, kept for a re-issue of the same certificate.
            </p>
          )}
          <CsrFacts csr={csr} />
          <CsrActions csr={csr} pending={pending} />
          {pending && <Remarks remarks={csr.reminders} />}
          {pending && csr.commands.length > 0 && (
            <div className="tg-stack">
              <h3 className="tg-h3">Sign it</h3>
              {csr.commands.map((command) => (
                <CommandBox key={command.title} {...command} />
              ))}
            </div>
          )}
        </div>
      )}
    </QueryView>
  );
}

function CsrFacts({ csr }: { readonly csr: CsrView }) {
  return (
    <Facts
      facts={[
        ['Generated on', <When key="w" at={csr.createdAt} />],
        ['Subject', csr.subject],
        [
          'Subject alternative names',
          <NameList key="n" names={csr.names.map((n) => n.text)} label="Names in the request" />,
        ],
        ['Key', keyWords(csr.keyKind)],
        ['Extended key usage', csr.extendedKeyUsage.join(', ')],
        [
          'Public key SHA-256',
          <code key="k" className="tg-mono">
            {csr.publicKeySha256}
          </code>,
        ],
      ]}
    />
  );
}

function CsrActions({ csr, pending }: { readonly csr: CsrView; readonly pending: boolean }) {
  const mayChange = useMayChange();
  const [shown, setShown] = useState<'text' | 'pem'>();
  const { discardCsr } = useSlotChanges(csr.slot);
  const file = (form: 'pem' | 'der') => `/api/v1/identities/${encodeURIComponent(csr.slot)}/csr/${form}`;

  async function discard() {
    const yes = await askPerson({
      title: 'Discard CSR?',
      body: 'The request and its private key are destroyed, unless a certificate in use has the same key. A certificate signed from this request can then no longer be uploaded.',
      confirm: 'Discard CSR',
      dangerous: true,
    });
    if (yes) discardCsr.mutate();
  }
  return (
    <>
      <div className="tg-actions">
        <Button variant="default" onClick={() => setShown('text')}>
          Show (decoded)
        </Button>
        <Button variant="default" onClick={() => setShown('pem')}>
          Show (PEM file)
        </Button>
        <DownloadLink href={file('pem')}>Download (PEM)</DownloadLink>
        <DownloadLink href={file('der')}>Download (DER)</DownloadLink>
        {pending && mayChange && (
          <Button
            variant="default"
            leftSection={<Icon name="trash" size={14} />}
            loading={discardCsr.isPending}
            onClick={() => void discard()}
          >
            Discard CSR
          </Button>
        )}
      </div>
      {discardCsr.isError && <ProblemNotice error={discardCsr.error} />}
      {shown && <CsrText csr={csr} what={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

function DownloadLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return (
    <Button component="a" href={href} download variant="default" leftSection={<Icon name="download" size={14} />}>
      {children}
    </Button>
  );
}

interface CsrTextProps {
  readonly csr: CsrView;
  readonly what: 'text' | 'pem';
  readonly onClose: () => void;
}

function CsrText({ csr, what, onClose }: CsrTextProps) {
  const query = useQuery({ queryKey: ['csr', csr.slot, csr.id, what], queryFn: () => csr[what] });
  return (
    <TextDialog
      title={`Certificate request: ${what === 'text' ? 'decoded' : 'PEM file'}`}
      query={query}
      fileName={what === 'text' ? 'csr.txt' : 'csr.pem'}
      onClose={onClose}
    />
  );
}
