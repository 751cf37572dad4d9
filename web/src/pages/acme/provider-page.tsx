/** One provider: what the CA says of itself, the account there, its limits, its settings; or a new one. */
import { useState } from 'react';
import type { AcmeDirectory, AcmeProvider } from '../../api.ts';
import { Facts } from '../../components/facts.tsx';
import { Notice, StateMark } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { momentText } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { AccountPanel } from './account-panel.tsx';
import { useAcmeWatch, useDirectory, useProvider } from './acme-queries.ts';
import { ProviderForm } from './provider-form.tsx';

const back = { to: '/security/acme', label: 'ACME' };

/** `id` is `new` for a provider that is still to be added. */
export function ProviderPage({ id }: { readonly id: string }) {
  return id === 'new' ? <NewProvider /> : <KnownProvider id={id} />;
}

function NewProvider() {
  return (
    <Page title="New provider" back={back}>
      {useMayChange() ? (
        <Panel title="Provider">
          <ProviderForm />
        </Panel>
      ) : (
        <Notice tone="note" title="You are logged in as auditor: you can look, not change." />
      )}
    </Page>
  );
}

function KnownProvider({ id }: { readonly id: string }) {
  useAcmeWatch();
  const query = useProvider(id);
  // The CA is not called for a person who only looks at the page.
  const [asked, setAsked] = useState(false);
  const directory = useDirectory(id, asked);
  const ask = () => (asked ? void directory.refetch() : setAsked(true));
  return (
    <Page title={query.data?.name ?? 'Provider'} back={back}>
      <QueryView query={query} rows={8}>
        {(provider) => (
          <>
            {provider.staging && (
              <Notice tone="note" title="For tests only.">
                Nobody trusts the certificates of this CA: they never become active.
              </Notice>
            )}
            {provider.waitUntil !== null && (
              <Notice
                tone="warning"
                title={`The CA has asked not to be called before ${momentText(provider.waitUntil)}.`}
              >
                Nothing has to be done but to wait.
              </Notice>
            )}
            {provider.kind === 'acme' && (
              <AccountPanel
                key={provider.account?.status ?? 'none'}
                provider={provider}
                directory={directory.data}
                asking={directory.isFetching}
                onAsk={ask}
              />
            )}
            {directory.isError && <ProblemNotice error={directory.error} onRetry={ask} />}
            {directory.data && <DirectoryPanel directory={directory.data} />}
            {provider.limits.length > 0 && <LimitsPanel limits={provider.limits} />}
            <Panel title="Settings">
              <ProviderForm provider={provider} directory={directory.data} onAsk={ask} />
            </Panel>
          </>
        )}
      </QueryView>
    </Page>
  );
}

function DirectoryPanel({ directory }: { readonly directory: AcmeDirectory }) {
  const { terms, website, caaIdentities, externalAccountRequired, profiles, renewalInformation } = directory;
  return (
    <Panel title="What the CA says of itself">
      <Facts
        facts={[
          ['Terms of service', terms === null ? 'None' : <OutLink key="t" url={terms} />],
          website !== null && ['Website', <OutLink key="w" url={website} />],
          ['CAA records must name', caaIdentities.join(' or ') || 'not said'],
          ['External account', externalAccountRequired ? 'Required' : 'Not required'],
          ['Renewal information (ARI)', renewalInformation ? 'Yes: it says when to renew' : 'No: renewed by lifetime'],
          [
            'Profiles',
            profiles.length === 0 ? (
              'None to choose from'
            ) : (
              <ul key="p" className="tg-list tg-flat">
                {profiles.map(({ name, description }) => (
                  <li key={name}>
                    <strong>{name}</strong> {description}
                  </li>
                ))}
              </ul>
            ),
          ],
        ]}
      />
    </Panel>
  );
}

/** Only web addresses become links: the text comes from the CA. */
export function OutLink({ url }: { readonly url: string }) {
  if (!/^https?:\/\//i.test(url)) return <span className="tg-mono">{url}</span>;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener">
      {url}
    </a>
  );
}

function LimitsPanel({ limits }: Pick<AcmeProvider, 'limits'>) {
  return (
    <Panel title="Limits of the CA">
      <Facts
        facts={limits.map(({ what, key, used, allowed, near }) => [
          `${what.replaceAll('-', ' ')}${key === '' ? '' : ` ${key}`}`,
          <span key={`${what}|${key}`} className="tg-actions">
            {used.toLocaleString('en')} of {allowed.toLocaleString('en')}
            {near && <StateMark tone="warning">Near</StateMark>}
          </span>,
        ])}
      />
    </Panel>
  );
}
