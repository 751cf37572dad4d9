/** The currently loaded certificate, with what can be done to it. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { type ActiveIdentity, api, type IdentityView } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { TextDialog } from '../../components/dialogs/text-dialog.tsx';
import { expiryTone, expiryWords } from '../../components/drawings/expiry.ts';
import { LifeLine } from '../../components/drawings/life-line.tsx';
import { Facts } from '../../components/facts.tsx';
import { NameList } from '../../components/name-list.tsx';
import { Notice, StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Empty } from '../../components/query-view.tsx';
import { distanceText, momentText, When } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useSlotChanges } from './changes.ts';
import { keyWords, signatureWords, slotWords, sourceWords, usageWords } from './words.ts';

/** Expiry, names, fingerprints, Show (decoded), Show (PEM file), Roll back, Reset to default. */
export function CertificatePanel({ identity }: { readonly identity: IdentityView }) {
  const words = slotWords(identity.slot);
  const [shown, setShown] = useState<'text' | 'pem'>();
  const { active } = identity;
  return (
    <Panel
      title={words.data}
      actions={
        active && (
          <>
            <Button variant="default" onClick={() => setShown('text')}>
              Show (decoded)
            </Button>
            <Button variant="default" onClick={() => setShown('pem')}>
              Show (PEM file)
            </Button>
          </>
        )
      }
    >
      <div className="tg-stack">
        {active ? <Loaded identity={identity} active={active} /> : <NothingLoaded slot={identity.slot} />}
        <Changes identity={identity} />
      </div>
      {shown && <ShownText slot={identity.slot} what={shown} onClose={() => setShown(undefined)} />}
    </Panel>
  );
}

function Loaded({ identity, active }: { readonly identity: IdentityView; readonly active: ActiveIdentity }) {
  const tone = active.damaged ? 'critical' : expiryTone(active);
  return (
    <>
      {active.damaged && (
        <Notice tone="critical" title="This certificate cannot be served.">
          {active.damaged}
        </Notice>
      )}
      <LifeLine span={active} />
      <Facts
        facts={[
          [
            'Currently loaded certificate expires on',
            <span key="e" className="tg-actions">
              <strong>{momentText(active.notAfter)}</strong>
              <span className="tg-dim">{distanceText(active.notAfter)}</span>
              <StateMark tone={tone}>{expiryWords(active)}</StateMark>
              {active.temporary && <StateMark tone="warning">Temporary</StateMark>}
            </span>,
          ],
          ['Common name', active.commonName ?? <StateMark tone="warning">None</StateMark>],
          ['Subject alternative names', alternativeNames(active)],
          ['Subject', active.subject],
          ['Issuer', active.issuer],
          ['Key', `${keyWords(active.keyKind)}, signed with ${signatureWords(active.signatureAlgorithm)}`],
          ['Extended key usage', usageWords(active.extendedKeyUsage)],
          ['Serial number', mono(active.serial)],
          ['SHA-256 fingerprint', mono(active.fingerprintSha256)],
          ['SHA-1 fingerprint', mono(active.fingerprintSha1)],
          ['Where it came from', sourceWords(active.source)],
          ['Presented since', active.activatedAt && <When at={active.activatedAt} />],
          ['Used by', identity.usedBy.length > 0 && identity.usedBy.join(', ')],
        ]}
      />
    </>
  );
}

function alternativeNames({ names }: ActiveIdentity) {
  if (names.length === 0) return <StateMark tone="warning">None</StateMark>;
  return <NameList names={names.map((name) => name.text)} label="Subject alternative names" />;
}

function mono(text: string) {
  return <code className="tg-mono">{text}</code>;
}

function NothingLoaded({ slot }: { readonly slot: string }) {
  const of = slot === 'client' ? 'when it opens a connection' : 'for this domain';
  return (
    <Empty title={`No certificate of its own is loaded: the gateway presents the server certificate ${of}.`}>
      Generate a CSR below or upload a certificate with its key.{' '}
      <Link to="/security/server-certificate">See the server certificate</Link>
    </Empty>
  );
}

function Changes({ identity }: { readonly identity: IdentityView }) {
  const words = slotWords(identity.slot);
  const mayChange = useMayChange();
  const { rollBack, reset } = useSlotChanges(identity.slot);
  const { previous } = identity;
  if (!mayChange || (!previous && !identity.active)) return null;

  async function askReset() {
    const yes = await askPerson({
      title: `${words.reset}?`,
      body: words.resetMeans,
      confirm: 'Reset',
      dangerous: true,
    });
    if (yes) reset.mutate();
  }
  async function askRollBack() {
    if (!previous) return;
    const yes = await askPerson({
      title: 'Roll back to the previous certificate?',
      body: (
        <>
          From the next handshake on the gateway presents <strong>{previous.commonName ?? previous.subject}</strong>,
          which expires on {momentText(previous.notAfter)}. Open connections stay. The certificate in use now becomes
          the previous one, so that this can be undone in the same way.
        </>
      ),
      confirm: 'Roll back',
    });
    if (yes) rollBack.mutate();
  }
  return (
    <>
      <div className="tg-actions">
        {identity.active && (
          <Button variant="default" loading={reset.isPending} onClick={() => void askReset()}>
            {words.reset}
          </Button>
        )}
        {previous && (
          <Button variant="default" loading={rollBack.isPending} onClick={() => void askRollBack()}>
            Roll back
          </Button>
        )}
        {previous && (
          <span className="tg-dim tg-small">
            Previous: {previous.commonName ?? previous.subject}, expires {momentText(previous.notAfter)}
          </span>
        )}
      </div>
      {reset.isError && <ProblemNotice error={reset.error} />}
      {rollBack.isError && <ProblemNotice error={rollBack.error} />}
    </>
  );
}

interface ShownTextProps {
  readonly slot: string;
  readonly what: 'text' | 'pem';
  readonly onClose: () => void;
}

function ShownText({ slot, what, onClose }: ShownTextProps) {
  const path = { params: { path: { slot } } };
  const query = useQuery({
    queryKey: ['identity', slot, what],
    queryFn: async () =>
      what === 'text'
        ? (await unwrap(api.GET('/identities/{slot}/text', path))).text
        : unwrap(api.GET('/identities/{slot}/pem', { ...path, parseAs: 'text' })),
  });
  return (
    <TextDialog
      title={`${slotWords(slot).title}: ${what === 'text' ? 'decoded' : 'PEM file'}`}
      query={query}
      fileName={what === 'text' ? 'certificate.txt' : 'certificate.pem'}
      onClose={onClose}
    />
  );
}
