/** Which certificate is presented where. */

import { Table } from '@mantine/core';
import { Link } from 'wouter';
import type { Overview } from '../../api.ts';
import { expiryTone, expiryWords } from '../../components/drawings/expiry.ts';
import { StateMark } from '../../components/notice.tsx';
import { dateText } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { slotPath } from '../identity/slot-path.ts';

type Served = Overview['served'][number];

/** A row per identity slot. */
export function ServedTable({ served }: { readonly served: readonly Served[] }) {
  return (
    <WideTable label="What is served" stacks minWidth={680}>
      <Table fz="sm" verticalSpacing={7}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Identity</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Common name</Table.Th>
            <Table.Th>Issuer</Table.Th>
            <Table.Th>Expires</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {served.map((identity) => (
            <Table.Tr key={identity.slot}>
              <Table.Td data-label="Identity">
                <Link to={slotPath(identity.slot)}>{identity.label}</Link>
              </Table.Td>
              <Table.Td data-label="State">
                <span className="tg-actions" style={{ gap: 5 }}>
                  <States identity={identity} />
                </span>
              </Table.Td>
              <Table.Td data-label="Common name">{identity.commonName ?? '–'}</Table.Td>
              <Table.Td data-label="Issuer">{identity.issuer ?? '–'}</Table.Td>
              <Table.Td data-label="Expires" style={{ whiteSpace: 'nowrap' }}>
                {dateText(identity.notAfter)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}

function States({ identity }: { readonly identity: Served }) {
  if (identity.served === 'server') return <StateMark tone="plain">Uses the server certificate</StateMark>;
  if (identity.served === 'none') return <StateMark tone="plain">Empty: clients get the server certificate</StateMark>;
  const span = identity.notBefore &&
    identity.notAfter && {
      notBefore: identity.notBefore,
      notAfter: identity.notAfter,
      alertFrom: identity.alertFrom ?? undefined,
    };
  return (
    <>
      {span && <StateMark tone={expiryTone(span)}>{expiryWords(span)}</StateMark>}
      {identity.served === 'previous' && <StateMark tone="warning">Previous one served</StateMark>}
      {identity.temporary && <StateMark tone="warning">Temporary</StateMark>}
      {!identity.chainComplete && <StateMark tone="warning">Chain incomplete</StateMark>}
      {identity.missingNames.length > 0 && <StateMark tone="warning">Names missing</StateMark>}
      {identity.pendingCsr && <StateMark tone="note">CSR in progress</StateMark>}
    </>
  );
}
