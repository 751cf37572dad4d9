/** One identity: what is loaded, its chain and life, the CSR, ACME, the upload, the history. */
import { Link } from 'wouter';
import type { IdentityView } from '../../api.ts';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { withPlainDates } from '../../components/time.tsx';
import { useIdentity } from '../../queries.ts';
import { useMayChange } from '../../session.ts';
import { AcmePanel } from '../acme/slot/acme-panel.tsx';
import { CertificatePanel } from './certificate-panel.tsx';
import { ChainPanel } from './chain-panel.tsx';
import { CsrPanel } from './csr-panel.tsx';
import { HistoryPanel } from './history-panel.tsx';
import { NamesPanel } from './names-panel.tsx';
import { UploadPanel } from './upload-panel.tsx';
import { slotWords } from './words.ts';

interface SlotPageProps {
  readonly slot: string;
  /** The page's own address. */
  readonly home: string;
}

/** The pages Server certificate, Client certificate and each Domain certificate. */
export function SlotPage({ slot, home }: SlotPageProps) {
  const words = slotWords(slot);
  const query = useIdentity(slot);
  const back = slot.startsWith('domain:')
    ? { to: '/security/domain-certificates', label: 'Maintenance › Security › Domain certificates' }
    : undefined;
  return (
    <Page title={words.title} intro={words.intro} {...(back && { back })}>
      {query.data === undefined ? (
        <Panel title={words.data}>
          <QueryView query={query} rows={8}>
            {() => null}
          </QueryView>
        </Panel>
      ) : (
        <>
          <Conditions identity={query.data} home={home} />
          <CertificatePanel identity={query.data} />
          {query.data.active && <ChainPanel active={query.data.active} />}
          <CsrPanel identity={query.data} home={home} />
          <AcmePanel slot={slot} />
          <UploadPanel identity={query.data} />
          <NamesPanel identity={query.data} home={home} />
          <HistoryPanel identity={query.data} />
        </>
      )}
    </Page>
  );
}

function Conditions({ identity, home }: { readonly identity: IdentityView; readonly home: string }) {
  const offer = useMayChange() && !identity.pendingCsr;
  return (
    <>
      {identity.conditions.map((condition) => (
        <Notice
          key={`${condition.code}|${condition.message}`}
          tone={condition.severity === 'critical' ? 'critical' : 'warning'}
          title={withPlainDates(condition.message)}
        >
          {condition.hint}
          {offer && /CSR/.test(condition.hint) && (
            <>
              {' '}
              <Link to={`${home}/generate-csr`}>Generate CSR</Link>
            </>
          )}
        </Notice>
      ))}
    </>
  );
}
