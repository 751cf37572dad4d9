/** Where ACME clients begin: directory URLs, and command lines to copy. */
import { Select } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { AcmeServerSettings } from '../../api.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty } from '../../components/query-view.tsx';
import { useSettings } from '../../queries.ts';
import { clientCommands } from './client-commands.ts';
import { ClientCommandsView } from './client-commands-view.tsx';

export function DirectoriesPanel({ settings }: { readonly settings: AcmeServerSettings }) {
  const { directories } = settings;
  return (
    <Panel title="Directories" anchor="directories">
      {settings.templates.length === 0 ? (
        <Empty title="There is no CA yet.">
          Create a root and an intermediate first: <Link to="/security/private-ca">Private CA</Link>.
        </Empty>
      ) : directories.length === 0 ? (
        <Empty title="The ACME server is off.">
          Choose profiles and names in the settings and switch it on; the addresses for clients then stand here.
        </Empty>
      ) : (
        <Directories settings={settings} />
      )}
    </Panel>
  );
}

function Directories({ settings }: { readonly settings: AcmeServerSettings }) {
  const { directories, externalAccountRequired, names } = settings;
  const base = useBase();
  const [path, setPath] = useState(directories[0]?.path ?? '');
  const chosen = directories.some((one) => one.path === path) ? path : (directories[0]?.path ?? '');
  const binding = externalAccountRequired ? { id: 'KID', hmac: 'SECRET' } : undefined;
  return (
    <div className="tg-stack">
      <ul className="tg-list" style={{ listStyle: 'none', padding: 0, gap: 8 }} aria-label="Directory URLs">
        {directories.map((directory) => (
          <li key={directory.path} className="tg-refused">
            <div>
              <code className="tg-mono">{base + directory.path}</code>
              <div className="tg-dim tg-small">
                {directory.path === '/acme/default/directory'
                  ? `all profiles: ${directory.profiles.join(', ')}`
                  : `profile ${directory.profiles.join(', ')} only, for clients that know no profiles`}
              </div>
            </div>
            <CopyButton text={base + directory.path} what={directory.path} />
          </li>
        ))}
      </ul>
      {names.length === 0 && (
        <Notice tone="warning" title="Nothing may be ordered yet.">
          List the names that may be ordered in the settings.
        </Notice>
      )}
      <h3 className="tg-h3">Command lines</h3>
      <p className="tg-flat tg-small">
        The machine must trust the root first: download it under <Link to="/security/private-ca">Private CA</Link>.
        {externalAccountRequired && ' KID and SECRET come with a new key, below.'}
      </p>
      {directories.length > 1 && (
        <Select
          label="Directory"
          data={directories.map((one) => one.path)}
          allowDeselect={false}
          value={chosen}
          onChange={(value) => setPath(value ?? '')}
        />
      )}
      <ClientCommandsView commands={clientCommands(base + chosen, exampleName(names), 'ops@example.com', binding)} />
    </div>
  );
}

/** How clients call this gateway: by its FQDN, at the port of this page. */
export function useBase(): string {
  const fqdn = useSettings().data?.fqdn;
  const port = window.location.port === '' ? '' : `:${window.location.port}`;
  return `https://${fqdn || window.location.hostname}${port}`;
}

/** A name that may be ordered, for command lines. */
export function exampleName(names: readonly string[]): string {
  const domain = names.find((name) => /^[a-z0-9.-]*[a-z][a-z0-9.-]*$/i.test(name));
  if (domain === undefined) return 'www.example.com';
  return domain.split('.').length > 2 ? domain : `www.${domain}`;
}
