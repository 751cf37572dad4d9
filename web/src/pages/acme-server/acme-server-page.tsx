/** ACME clients: how machines enrol at the private CA by themselves. */
import type { AcmeServerSettings } from '../../api.ts';
import { StateMark } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { AccountsPanel } from './accounts-panel.tsx';
import { useServerSettings } from './acme-server-queries.ts';
import { DirectoriesPanel } from './directories-panel.tsx';
import { KeysPanel } from './keys-panel.tsx';
import { OrdersPanel } from './orders-panel.tsx';
import { ServerForm } from './server-form.tsx';

/** The page Maintenance › Security › ACME clients. While the server is off, what switches it on comes first. */
export function AcmeServerPage() {
  const settings = useServerSettings();
  return (
    <Page
      intro="The private CA speaks ACME: certbot, lego, Caddy and every other client enrol and renew by themselves, over the HTTPS port of this gateway."
      actions={
        settings.data && (
          <StateMark tone={settings.data.enabled ? 'ok' : 'plain'}>{settings.data.enabled ? 'On' : 'Off'}</StateMark>
        )
      }
    >
      <QueryView query={settings} rows={10}>
        {(data) => (
          <>
            {comesFirst(data) && <ServerForm settings={data} />}
            <DirectoriesPanel settings={data} />
            <KeysPanel settings={data} />
            <AccountsPanel />
            <OrdersPanel />
            {!comesFirst(data) && <ServerForm settings={data} />}
          </>
        )}
      </QueryView>
    </Page>
  );
}

/** Without a CA the next step is another. */
function comesFirst({ enabled, templates }: AcmeServerSettings): boolean {
  return !enabled && templates.length > 0;
}
