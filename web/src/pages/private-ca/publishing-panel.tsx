/** What the private CA publishes: CRLs with their numbers, OCSP responders, and the process that serves them. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type Answer, api, type Publication } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { ListTable } from '../../components/list/list-table.tsx';
import { Notice, StateWord, type ToneWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { momentText, When } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { PassphraseDialog } from './passphrase-dialog.tsx';
import { usePublishing, useRefresh } from './private-ca-queries.ts';

type Service = Answer<'/private-ca/publishing', 'get'>['service'];

export function PublishingPanel() {
  const publishing = usePublishing();
  return (
    <Panel title="Published" anchor="published">
      <QueryView query={publishing} rows={4}>
        {({ service, address, authorities }) => (
          <div className="tg-stack">
            <ServiceState service={service} address={address} />
            {authorities.length === 0 ? (
              <Empty title="Nothing is published yet.">CRLs appear with the first intermediate.</Empty>
            ) : (
              authorities.map((one) => <OneAuthority key={one.authority} publication={one} address={address} />)
            )}
          </div>
        )}
      </QueryView>
    </Panel>
  );
}

const serviceStates: Readonly<Record<Service['state'], ToneWord>> = {
  off: ['plain', 'Off'],
  starting: ['note', 'Starting'],
  running: ['ok', 'Running'],
  failed: ['critical', 'Failed'],
};

function ServiceState({ service, address }: { readonly service: Service; readonly address: string }) {
  const { answers } = service;
  return (
    <div>
      <StateWord of={serviceStates[service.state]} />{' '}
      <span className="tg-small">
        {service.state === 'running'
          ? `on port ${service.port}${address && `, reached at ${address}`}: ${answers.files.toLocaleString('en')} files and ${(
              answers.ocsp + answers.ocspSigned
            ).toLocaleString('en')} OCSP answers given`
          : service.reason || (service.state === 'off' && 'The port opens once something is published.')}
      </span>
      {service.refused > 0 && (
        <div className="tg-small">
          {service.refused.toLocaleString('en')} connections were refused because there were too many. How many may be
          open is set under Publishing below.
        </div>
      )}
      {service.state === 'running' && !service.current && (
        <div className="tg-small">It has not taken the last change yet.</div>
      )}
    </div>
  );
}

function OneAuthority({ publication, address }: { readonly publication: Publication; readonly address: string }) {
  const { authority: id, label, crls, responder, progress, failure, key } = publication;
  const [asks, setAsks] = useState(false);
  const mayChange = useMayChange();
  const refresh = useRefresh();
  const publish = useMutation({
    mutationFn: (passphrase: string | undefined) =>
      unwrap(
        api.POST('/private-ca/publishing/{id}', {
          params: { path: { id } },
          body: passphrase === undefined ? {} : { passphrase },
        }),
      ),
    onSuccess: async () => {
      setAsks(false);
      toast(`The CRLs of ${label} are published anew.`);
      await refresh();
    },
  });
  return (
    <section className="tg-stack" aria-label={`Published for ${label}`} style={{ gap: 8 }}>
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8, alignItems: 'baseline' }}>
        <h3 style={{ margin: 0 }}>{label}</h3>
        <span className="tg-dim tg-small">
          {responder ? `OCSP answers are signed until ${momentText(responder.notAfter)}` : 'no OCSP responder'}
        </span>
      </div>
      {failure && (
        <Notice tone="critical" title="The last attempt failed.">
          {failure}
        </Notice>
      )}
      {progress && (
        <div role="status">
          {progress.step === 'signing' ? 'Signing' : 'Collecting'} CRL {progress.partition || ''}:{' '}
          {progress.entries.toLocaleString('en')} of {progress.total.toLocaleString('en')} entries
          <progress max={Math.max(1, progress.total)} value={progress.entries} style={{ display: 'block' }} />
        </div>
      )}
      <ListTable
        label={`CRLs of ${label}`}
        minWidth={620}
        maxHeight={320}
        rows={crls}
        keyOf={({ partition }) => partition}
        columns={[
          {
            heading: 'CRL',
            wraps: true,
            cell: ({ path }) => <span className="tg-mono">{`${address}${path}`}</span>,
          },
          { heading: 'Number', cell: ({ number }) => number },
          { heading: 'Entries', cell: ({ entries }) => entries.toLocaleString('en') },
          { heading: 'Runs out', cell: ({ nextUpdate }) => <When at={nextUpdate} /> },
          { heading: 'Next one', cell: ({ renewAt }) => momentText(renewAt) },
        ]}
        empty={
          <Empty title="It has no CRL yet.">
            {key === 'passphrase' && 'Its key is under a passphrase: publish one now.'}
          </Empty>
        }
      />
      {publish.isError && !asks && <ProblemNotice error={publish.error} />}
      {mayChange && key !== 'none' && (
        <div className="tg-actions">
          <Button
            variant="default"
            loading={publish.isPending}
            onClick={() => (key === 'passphrase' ? setAsks(true) : publish.mutate(undefined))}
            aria-label={`Publish now: ${label}`}
          >
            Publish now
          </Button>
        </div>
      )}
      {asks && (
        <PassphraseDialog
          title={`Publish the CRL of ${label}`}
          action="Publish"
          error={publish.error}
          pending={publish.isPending}
          onClose={() => {
            publish.reset();
            setAsks(false);
          }}
          onSubmit={(passphrase) => publish.mutate(passphrase)}
        />
      )}
    </section>
  );
}
