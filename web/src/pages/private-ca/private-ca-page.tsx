/** The private CA: its roots and intermediates, what they publish, and how a CA of OpenSSL moves in. */
import { Button } from '@mantine/core';
import type { Authority } from '../../api.ts';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { navigate } from '../../location.ts';
import { useMayChange } from '../../session.ts';
import { AddressesPanel } from './addresses-panel.tsx';
import { AuthoritiesTable } from './authority/authorities-table.tsx';
import { IntermediateForm } from './authority/intermediate-form.tsx';
import { RootForm } from './authority/root-form.tsx';
import { FolderPanel } from './folder-panel.tsx';
import { useAuthorities } from './private-ca-queries.ts';
import { PublishSettingsPanel } from './publish-settings-panel.tsx';
import { PublishingPanel } from './publishing-panel.tsx';

/** The page Maintenance › Security › Private CA. */
export function PrivateCaPage() {
  const authorities = useAuthorities();
  const mayChange = useMayChange();
  const issues = authorities.data?.some(({ state, key }) => state === 'active' && key !== 'none') ?? false;
  return (
    <Page
      intro="A certificate authority of your own: for client identities, SIP peers and everything that a public CA does not sign. The root signs intermediates and rests under its passphrase; intermediates sign day by day."
      actions={
        mayChange &&
        issues && <Button onClick={() => navigate('/security/private-ca/issue')}>Issue a certificate</Button>
      }
    >
      <Panel title="Authorities" anchor="authorities">
        <QueryView query={authorities} rows={4}>
          {(data) =>
            data.length === 0 ? (
              <Empty title="There is no private CA yet.">
                Make a root below, then an intermediate; or move a folder of openssl ca in.
              </Empty>
            ) : (
              <AuthoritiesTable authorities={data} />
            )
          }
        </QueryView>
      </Panel>
      {authorities.data && <AfterAuthorities authorities={authorities.data} mayChange={mayChange} />}
    </Page>
  );
}

interface AfterAuthoritiesProps {
  readonly authorities: readonly Authority[];
  readonly mayChange: boolean;
}

/** In the order in which one needs them: a root first, an intermediate when there is a root. */
function AfterAuthorities({ authorities, mayChange }: AfterAuthoritiesProps) {
  const roots = authorities.filter(({ role, state, key }) => role === 'root' && state === 'active' && key !== 'none');
  const intermediates = authorities.filter(({ role }) => role === 'intermediate');
  const first = mayChange && roots.length === 0;
  return (
    <>
      {first && <RootForm open />}
      {mayChange && <IntermediateForm roots={roots} open={roots.length > 0 && intermediates.length === 0} />}
      {authorities.length > 0 && <PublishingPanel />}
      {authorities.length > 0 && <AddressesPanel />}
      {authorities.length > 0 && <PublishSettingsPanel />}
      {mayChange && !first && <RootForm open={false} />}
      {mayChange && <FolderPanel />}
    </>
  );
}
