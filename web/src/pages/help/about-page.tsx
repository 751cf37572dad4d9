/** About and help: what this is, the keyboard, the command line, where to read more. */

import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Facts } from '../../components/facts.tsx';
import { WideTable } from '../../components/list/wide-table.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { useSettings } from '../../queries.ts';
import { loadApiDocument } from './api-document.ts';

const keys = [
  ['Ctrl K', 'Search pages and jump to one'],
  ['Tab, Shift Tab', 'To the next and previous control'],
  ['Enter, Space', 'Press a button, tick a box'],
  ['Esc', 'Close a dialog without changing anything'],
] as const;

const commands = [
  ['tollgate identity list', 'what is served'],
  ['tollgate identity csr generate server', 'make a certificate signing request'],
  ['tollgate identity upload server certificate.pem', 'check and serve a signed certificate'],
  ['tollgate trusted-ca append ca.pem', 'trust another certificate authority'],
  ['tollgate decode FILE', 'read a certificate, CSR or CRL; needs no running gateway'],
] as const;

/** The page Help › About and help. */
export function AboutPage() {
  const settings = useSettings();
  const document = useQuery({ queryKey: ['openapi'], queryFn: loadApiDocument, staleTime: Number.POSITIVE_INFINITY });
  return (
    <Page intro="A certificate gateway for voice and video operators: it makes, checks, serves and renews certificates for HTTPS and SIP over TLS.">
      <Panel title="This gateway">
        <Facts
          facts={[
            ['Product', 'Tollgate'],
            ['API version', document.data?.info.version],
            ['Licence', 'Apache License 2.0'],
            ['FQDN', settings.data && (settings.data.fqdn || 'not set')],
            ['Role', settings.data?.role],
            ['Address in use', window.location.host],
          ]}
        />
      </Panel>
      <Panel title="From first start to a served certificate">
        <ol className="tg-steps">
          <li>
            <div>
              <Link to="/system/settings">Set the FQDN</Link> and, in a cluster, the cluster name;{' '}
              <Link to="/configuration/unified-communications">list the domains</Link> that the certificate must name.
            </div>
          </li>
          <li>
            <div>
              <Link to="/security/server-certificate/generate-csr">Generate CSR</Link> and have it signed by your
              certificate authority. Ask for a multi-domain certificate when there are two names or more.
            </div>
          </li>
          <li>
            <div>
              <Link to="/security/trusted-ca">Append the CA certificate</Link> of that authority.
            </div>
          </li>
          <li>
            <div>
              <Link to="/security/server-certificate">Upload the signed certificate</Link>, read the preview, confirm.
              It serves from the next handshake on; nothing restarts.
            </div>
          </li>
        </ol>
      </Panel>
      <Panel title="Command line">
        <WideTable label="Commands" minWidth={480}>
          <Table fz="sm" verticalSpacing={5}>
            <Table.Tbody>
              {commands.map(([command, meaning]) => (
                <Table.Tr key={command}>
                  <Table.Td className="tg-mono">{command}</Table.Td>
                  <Table.Td>{meaning}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      </Panel>
      <Panel title="Keyboard">
        <Facts facts={keys.map(([key, meaning]) => [key, meaning] as const)} />
      </Panel>
    </Page>
  );
}
