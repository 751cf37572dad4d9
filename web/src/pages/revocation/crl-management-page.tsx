/** CRL management: automatic updates, the uploaded CRL, every CRL there is, and which trusted CAs have none. */
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { whileUsed } from '../../while-used.ts';
import { AutomaticPanel } from './automatic-panel.tsx';
import { CoveragePanel } from './coverage-panel.tsx';
import { CrlsPanel } from './crls-panel.tsx';
import { RefusedHostsPanel } from './refused-hosts-panel.tsx';
import { useRevocationSettings } from './revocation-form.ts';
import { SourcesPanel } from './sources-panel.tsx';
import { UploadCrlPanel } from './upload-crl-panel.tsx';

/** The page Maintenance › Security › CRL management. */
export function CrlManagementPage() {
  const settings = useRevocationSettings();
  const mayChange = useMayChange();
  const sources = useQuery({
    queryKey: ['revocation', 'sources'],
    queryFn: () => unwrap(api.GET('/revocation/sources')),
    // while a point is being fetched, its progress is followed
    refetchInterval: ({ state }) =>
      state.data?.sources.some((source) => source.state === 'updating') ? 1_000 : whileUsed(),
  });
  return (
    <Page intro="Lists of revoked certificates. Load them for every CA that signs certificates of clients and servers; where they are used is set for each purpose on the SIP page.">
      <QueryView query={settings} rows={6}>
        {(data) => <AutomaticPanel settings={data} />}
      </QueryView>
      <QueryView query={sources} rows={6}>
        {(data) => (
          <>
            {data.refusedHosts.length > 0 && <RefusedHostsPanel hosts={data.refusedHosts} />}
            {data.sources.length > 0 && <SourcesPanel sources={data.sources} />}
            {mayChange && <UploadCrlPanel manual={data.crls.some((crl) => crl.source === 'manual')} />}
            <CrlsPanel crls={data.crls} />
          </>
        )}
      </QueryView>
      <CoveragePanel />
    </Page>
  );
}
