/** One issued certificate: its record, its files, revocation. */
import { Button, Select } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSearch } from 'wouter';
import { type Answer, api } from '../../../api.ts';
import { CopyButton } from '../../../components/copy-button.tsx';
import { askPerson } from '../../../components/dialogs/ask-person.tsx';
import { toast } from '../../../components/dialogs/toast.tsx';
import { DownloadButton } from '../../../components/download-button.tsx';
import { Facts } from '../../../components/facts.tsx';
import { NameList } from '../../../components/name-list.tsx';
import { StateMark } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { TextBlock } from '../../../components/text-block.tsx';
import { momentText, When } from '../../../components/time.tsx';
import { useMayChange } from '../../../session.ts';
import { unwrap } from '../../../transport.ts';
import { useRefresh } from '../private-ca-queries.ts';
import { issuedStates, nameOfIssued, type RevocationReason, reasons, sourceWords } from './issued-words.ts';

type Certificate = Answer<'/private-ca/certificates/{serial}', 'get'>;

/** The page of the certificate `serial`; `?authority=` names its issuer. */
export function CertificatePage({ serial }: { readonly serial: string }) {
  const authority = new URLSearchParams(useSearch()).get('authority') ?? undefined;
  const certificate = useQuery({
    queryKey: ['private-ca', 'certificate', serial, authority],
    queryFn: () =>
      unwrap(
        api.GET('/private-ca/certificates/{serial}', {
          params: { path: { serial }, query: authority === undefined ? {} : { authority } },
        }),
      ),
  });
  const mayChange = useMayChange();
  const name = certificate.data && nameOfIssued(certificate.data);
  return (
    <Page title={name ?? 'Certificate'} back={{ to: '/security/issued-certificates', label: 'Issued certificates' }}>
      <QueryView query={certificate} rows={8}>
        {(data) => (
          <>
            <RecordPanel certificate={data} name={name ?? serial} />
            {mayChange && (data.state === 'good' || data.state === 'on-hold') && <RevokePanel certificate={data} />}
            {data.text && (
              <Panel title="Decoded">
                <TextBlock label="Certificate, decoded" text={data.text} lines={24} />
              </Panel>
            )}
          </>
        )}
      </QueryView>
    </Page>
  );
}

function RecordPanel({ certificate, name }: { readonly certificate: Certificate; readonly name: string }) {
  const { pem, chain, state, revokedAt, reason } = certificate;
  const [tone, word] = issuedStates[state];
  const file = name.replace(/[^A-Za-z0-9.]+/g, '-');
  return (
    <Panel
      title="Record"
      actions={
        pem && (
          <>
            <DownloadButton fileName={`${file}.pem`} content={pem} label="Certificate (PEM)" />
            <DownloadButton fileName={`${file}-chain.pem`} content={pem + chain} label="With chain (PEM)" />
            <CopyButton text={pem} />
          </>
        )
      }
    >
      <Facts
        facts={[
          [
            'State',
            <StateMark key="state" tone={tone}>
              {word}
            </StateMark>,
          ],
          revokedAt !== null && [
            state === 'on-hold' ? 'On hold since' : 'Revoked',
            `${momentText(revokedAt)}, ${reasons.find(({ value }) => value === reason)?.label ?? reason ?? 'no reason given'}`,
          ],
          ['Subject', certificate.subject],
          certificate.names.length > 0 && ['Names', <NameList key="names" names={certificate.names} label="Names" />],
          ['Template', certificate.template],
          certificate.notBefore !== null && [
            'Valid from',
            <When key="from" at={certificate.notBefore} distance={false} />,
          ],
          ['Expires', <When key="to" at={certificate.notAfter} />],
          certificate.issuedAt !== null && [
            'Issued',
            `${momentText(certificate.issuedAt)} by ${certificate.issuedBy} (${sourceWords[certificate.source]})`,
          ],
          [
            'Serial number',
            <span key="serial" className="tg-mono">
              {certificate.serial}
            </span>,
          ],
          certificate.fingerprint !== '' && [
            'SHA-256 fingerprint',
            <span key="fingerprint" className="tg-mono">
              {certificate.fingerprint}
            </span>,
          ],
        ]}
      />
    </Panel>
  );
}

function RevokePanel({ certificate }: { readonly certificate: Certificate }) {
  const { serial, authority, state } = certificate;
  const [reason, setReason] = useState<RevocationReason>('unspecified');
  const refresh = useRefresh();
  const params = { path: { serial } };
  const revoke = useMutation({
    mutationFn: () =>
      unwrap(api.POST('/private-ca/certificates/{serial}/revocation', { params, body: { reason, authority } })),
    onSuccess: async () => {
      toast(reason === 'certificate-hold' ? 'The certificate is on hold.' : 'The certificate is revoked.');
      await refresh();
    },
  });
  const release = useMutation({
    mutationFn: () =>
      unwrap(api.POST('/private-ca/certificates/{serial}/release', { params: { ...params, query: { authority } } })),
    onSuccess: async () => {
      toast('The certificate is good again.');
      await refresh();
    },
  });
  async function submit(event: FormEvent) {
    event.preventDefault();
    const hold = reason === 'certificate-hold';
    const sure =
      hold ||
      (await askPerson({
        title: `Revoke ${nameOfIssued(certificate)}?`,
        body: 'This cannot be undone. It stands in the next CRL and in OCSP answers within seconds; peers that check refuse it from then on.',
        confirm: 'Revoke',
        dangerous: true,
      }));
    if (sure) revoke.mutate();
  }
  const failed = revoke.error ?? release.error;
  return (
    <Panel title="Revocation" anchor="revocation">
      <form className="tg-form" onSubmit={(event) => void submit(event)}>
        <Select
          label="Reason"
          data={reasons.filter(({ value }) => state === 'good' || value !== 'certificate-hold')}
          allowDeselect={false}
          value={reason}
          onChange={(value) => setReason((value ?? 'unspecified') as RevocationReason)}
        />
        {failed && <ProblemNotice error={failed} />}
        <div className="tg-actions">
          <Button type="submit" color="red.9" loading={revoke.isPending}>
            {reason === 'certificate-hold' ? 'Put on hold' : 'Revoke'}
          </Button>
          {state === 'on-hold' && (
            <Button variant="default" loading={release.isPending} onClick={() => release.mutate()}>
              Release: good again
            </Button>
          )}
        </div>
      </form>
    </Panel>
  );
}
