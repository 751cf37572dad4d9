/** The names the settings demand of the certificate, and which of them it lacks. */

import { Button, Table } from '@mantine/core';
import { Link } from 'wouter';
import type { IdentityView, RequiredName } from '../../api.ts';
import { Notice, StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty } from '../../components/query-view.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { useMayChange } from '../../session.ts';

/** A row per demanded name: covered or missing, and which setting demands it. */
export function NamesPanel({ identity, home }: { readonly identity: IdentityView; readonly home: string }) {
  const mayChange = useMayChange();
  const missing = new Set(identity.missingNames.map(keyOf));
  return (
    <Panel
      title="Required names"
      actions={
        identity.active &&
        (missing.size > 0 ? (
          <StateMark tone="warning">{missing.size} missing</StateMark>
        ) : (
          identity.requiredNames.length > 0 && <StateMark tone="ok">All covered</StateMark>
        ))
      }
    >
      {missing.size > 0 && identity.active && (
        <div style={{ marginBottom: 12 }}>
          <Notice
            tone="warning"
            title="A new certificate is needed."
            actions={
              mayChange && (
                <Link to={`${home}/generate-csr`} asChild>
                  <Button component="a" variant="default">
                    Generate CSR with all names
                  </Button>
                </Link>
              )
            }
          >
            Clients that use a missing name refuse this gateway.
          </Notice>
        </div>
      )}
      {identity.requiredNames.length === 0 ? (
        <Empty title="The settings demand no names yet.">
          Set the FQDN under <Link to="/system/settings">System › Settings</Link>.
        </Empty>
      ) : (
        <WideTable label="Required names" stacks minWidth={460}>
          <Table fz="sm" verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Demanded by</Table.Th>
                <Table.Th>In this certificate</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {identity.requiredNames.map((name) => (
                <Table.Tr key={keyOf(name)}>
                  <Table.Td data-label="Name" className="tg-mono">
                    {name.value}
                  </Table.Td>
                  <Table.Td data-label="Demanded by">{name.reason}</Table.Td>
                  <Table.Td data-label="In this certificate">
                    {!identity.active ? (
                      '–'
                    ) : missing.has(keyOf(name)) ? (
                      <StateMark tone="warning">Missing</StateMark>
                    ) : (
                      <StateMark tone="ok">Covered</StateMark>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
    </Panel>
  );
}

function keyOf(name: RequiredName): string {
  return `${name.kind}|${name.value}|${name.source}`;
}
