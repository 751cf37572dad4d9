/** ACME: the CAs that certificates are ordered from, how every certificate renews itself, when. */
import { Button } from '@mantine/core';
import { Page } from '../../components/page.tsx';
import { navigate } from '../../location.ts';
import { useMayChange } from '../../session.ts';
import { useAcmeWatch } from './acme-queries.ts';
import { HttpPortPanel } from './http-port-panel.tsx';
import { ProvidersPanel } from './providers-panel.tsx';
import { RenewalsPanel } from './renewals-panel.tsx';
import { SlotsPanel } from './slots-panel.tsx';

/** The page Maintenance › Security › ACME. */
export function AcmePage() {
  useAcmeWatch();
  return (
    <Page
      intro="Certificates of this gateway that are ordered from a CA, renewed before they expire, and deployed without closing a connection."
      actions={useMayChange() && <Button onClick={() => navigate('/security/acme/new')}>Add provider</Button>}
    >
      <SlotsPanel />
      <RenewalsPanel />
      <ProvidersPanel />
      <HttpPortPanel />
    </Page>
  );
}
