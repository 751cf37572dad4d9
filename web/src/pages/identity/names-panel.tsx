/** The names the settings demand of the certificate, and which of them it lacks. */

import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { IdentityView, RequiredName } from '../../api.ts';
import { ListTable } from '../../components/list/list-table.tsx';
import { Notice, StateMark, StateWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty } from '../../components/query-view.tsx';
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
      <ListTable
        label="Required names"
        minWidth={460}
        rows={identity.requiredNames}
        keyOf={keyOf}
        columns={[
          { heading: 'Name', cell: ({ value }) => <span className="tg-mono">{value}</span> },
          { heading: 'Demanded by', cell: ({ reason }) => reason },
          {
            heading: 'In this certificate',
            cell: (name) =>
              identity.active ? (
                <StateWord of={missing.has(keyOf(name)) ? ['warning', 'Missing'] : ['ok', 'Covered']} />
              ) : (
                '–'
              ),
          },
        ]}
        empty={
          <Empty title="The settings demand no names yet.">
            Set the FQDN under <Link to="/system/settings">System › Settings</Link>.
          </Empty>
        }
      />
    </Panel>
  );
}

function keyOf(name: RequiredName): string {
  return `${name.kind}|${name.value}|${name.source}`;
}
