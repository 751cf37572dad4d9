/** ACME in the page of a certificate: how it is signed, what waits to be deployed, how it renews itself. */
import type { AcmeProvider, AcmeSlot } from '../../../api.ts';
import { Notice } from '../../../components/notice.tsx';
import { Panel } from '../../../components/panel.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { useAcmeSlot, useAcmeWatch, useProviders } from '../acme-queries.ts';
import { LatestOrder } from './latest-order.tsx';
import { PendingCertificate } from './pending-certificate.tsx';
import { RenewalState } from './renewal-state.tsx';
import { SignActions } from './sign-actions.tsx';
import { SlotForm } from './slot-form.tsx';

/** The panel *ACME* of the server, client and domain certificate pages. */
export function AcmePanel({ slot }: { readonly slot: string }) {
  useAcmeWatch();
  const state = useAcmeSlot(slot);
  const providers = useProviders();
  return (
    <Panel title="ACME" anchor="acme">
      <QueryView query={state} rows={5}>
        {(data) => (
          <QueryView query={providers} rows={5}>
            {(known) => <Content slot={data} providers={known} />}
          </QueryView>
        )}
      </QueryView>
    </Panel>
  );
}

interface ContentProps {
  readonly slot: AcmeSlot;
  readonly providers: readonly AcmeProvider[];
}

function Content({ slot, providers }: ContentProps) {
  return (
    <div className="tg-stack">
      {slot.warnings.map(({ code, detail, hint }) => (
        <Notice key={code} tone="warning" title={detail}>
          {hint}
        </Notice>
      ))}
      <RenewalState slot={slot} providers={providers} />
      {slot.pending && <PendingCertificate slot={slot} pending={slot.pending} providers={providers} />}
      <SignActions slot={slot} providers={providers} />
      <LatestOrder slot={slot.slot} />
      <SlotForm slot={slot} providers={providers} />
    </div>
  );
}
