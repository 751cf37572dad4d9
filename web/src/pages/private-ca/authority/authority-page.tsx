/** One root or intermediate: what it is, its files, and what can be done with it. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Authority, api } from '../../../api.ts';
import { DownloadButton } from '../../../components/download-button.tsx';
import { Facts } from '../../../components/facts.tsx';
import { StateMark } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { Panel } from '../../../components/panel.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { TextBlock } from '../../../components/text-block.tsx';
import { When } from '../../../components/time.tsx';
import { navigate } from '../../../location.ts';
import { useMayChange } from '../../../session.ts';
import { unwrap } from '../../../transport.ts';
import { AuthorityActions } from './authority-actions.tsx';
import { algorithmText, authorityStates, fileName, keyPlaces } from './authority-words.ts';
import { PendingPanel } from './pending-panel.tsx';

/** The page of the authority `id`. */
export function AuthorityPage({ id }: { readonly id: string }) {
  const authority = useQuery({
    queryKey: ['private-ca', 'authorities', id],
    queryFn: () => unwrap(api.GET('/private-ca/authorities/{id}', { params: { path: { id } } })),
  });
  const mayChange = useMayChange();
  return (
    <Page
      title={authority.data?.label ?? 'Authority'}
      back={{ to: '/security/private-ca', label: 'Private CA' }}
      actions={
        mayChange &&
        authority.data?.state === 'active' &&
        authority.data.key !== 'none' && (
          <Button onClick={() => navigate(`/security/private-ca/issue?authority=${id}`)}>Issue a certificate</Button>
        )
      }
    >
      <QueryView query={authority} rows={8}>
        {(data) => (
          <>
            <FactsPanel authority={data} />
            {data.state === 'pending' && mayChange && <PendingPanel authority={data} />}
            {mayChange && <AuthorityActions authority={data} />}
            <Panel title="Decoded">
              <TextBlock label={`${data.label}, decoded`} text={data.text} lines={24} />
            </Panel>
          </>
        )}
      </QueryView>
    </Page>
  );
}

function FactsPanel({ authority }: { readonly authority: Authority }) {
  const { constraints, urls, pem, label, notBefore, notAfter } = authority;
  const [tone, word] = authorityStates[authority.state];
  return (
    <Panel
      title={authority.role === 'root' ? 'Root' : 'Intermediate'}
      actions={pem && <DownloadButton fileName={`${fileName(label)}.pem`} content={pem} label="Download (PEM)" />}
    >
      <Facts
        facts={[
          [
            'State',
            <StateMark key="state" tone={tone}>
              {word}
            </StateMark>,
          ],
          ['Subject', authority.subject],
          ['Key', `${algorithmText(authority.algorithm)}, ${keyPlaces[authority.key]}`],
          notBefore !== null && ['Valid from', <When key="from" at={notBefore} distance={false} />],
          notAfter !== null && ['Expires', <When key="to" at={notAfter} />],
          ['Names it may issue for', constraints ? limitsText(constraints) : 'Any'],
          ['Issued', `${authority.issued.toLocaleString('en')}, ${authority.revoked.toLocaleString('en')} revoked`],
          ['CRL', authority.partitions > 0 ? `in ${authority.partitions} parts: ${urls.crl ?? ''}` : urls.crl],
          ['OCSP', urls.ocsp],
          ['Serial number', authority.serial],
          ['SHA-256 fingerprint', authority.fingerprint && <span className="tg-mono">{authority.fingerprint}</span>],
        ]}
      />
    </Panel>
  );
}

function limitsText({ dns, ip, email }: NonNullable<Authority['constraints']>): string {
  const parts = [
    dns.length > 0 && dns.join(', '),
    ip.length > 0 ? ip.join(', ') : 'no address',
    email.length > 0 && `mail of ${email.join(', ')}`,
  ];
  return parts.filter(Boolean).join('; ');
}
