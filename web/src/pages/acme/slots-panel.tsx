/** Every certificate with how it renews itself. */
import { Table } from '@mantine/core';
import { Link } from 'wouter';
import type { AcmeSlot } from '../../api.ts';
import { StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { momentText, When } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { slotPath } from '../identity/slot-path.ts';
import { useAcmeSlots, useProviders } from './acme-queries.ts';
import { State } from './slot/renewal-state.tsx';

export function SlotsPanel() {
  const slots = useAcmeSlots();
  return (
    <Panel title="Certificates" anchor="certificates">
      <QueryView query={slots} rows={4}>
        {(data) => <Slots slots={data} />}
      </QueryView>
    </Panel>
  );
}

function Slots({ slots }: { readonly slots: readonly AcmeSlot[] }) {
  const providers = useProviders().data ?? [];
  const nameOf = (id: string) => providers.find((one) => one.id === id)?.name ?? '';
  return (
    <WideTable label="Certificates" minWidth={800} stacks>
      <Table fz="sm" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>State</Table.Th>
            <Table.Th>Certificate</Table.Th>
            <Table.Th>Provider</Table.Th>
            <Table.Th>Last signed</Table.Th>
            <Table.Th>Next</Table.Th>
            <Table.Th>Attempts left</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {slots.map((slot) => (
            <Table.Tr key={slot.slot}>
              <Table.Td data-label="State">
                <State slot={slot} />
              </Table.Td>
              <Table.Td data-label="Certificate" className="tg-name-cell">
                <Link to={`${slotPath(slot.slot)}#acme`}>{slot.label}</Link>
                {slot.certificate && (
                  <div className="tg-dim tg-small">expires {momentText(slot.certificate.notAfter)}</div>
                )}
              </Table.Td>
              <Table.Td data-label="Provider" className="tg-name-cell">
                {slot.settings.providers.map(nameOf).join(', then ') || 'none'}
              </Table.Td>
              <Table.Td data-label="Last signed" className="tg-name-cell">
                <LastSign slot={slot} />
              </Table.Td>
              <Table.Td data-label="Next" className="tg-name-cell">
                <Next slot={slot} />
              </Table.Td>
              <Table.Td data-label="Attempts left">
                {slot.renewal.attemptsLeft === null || slot.settings.providers.length === 0
                  ? '–'
                  : slot.renewal.attemptsLeft.toLocaleString('en')}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}

function LastSign({ slot: { lastSign } }: { readonly slot: AcmeSlot }) {
  if (!lastSign) return <>never</>;
  return lastSign.ok ? (
    <When at={lastSign.at} />
  ) : (
    <span>
      <StateMark tone="critical">Failed</StateMark> <span className="tg-small">{lastSign.words}</span>
    </span>
  );
}

/** What the gateway does next with the certificate. */
function Next({ slot: { pending, renewal, settings } }: { readonly slot: AcmeSlot }) {
  if (pending?.deployAt)
    return (
      <span>
        deploy <When at={pending.deployAt} />
      </span>
    );
  const at = renewal.nextAttempt ?? renewal.at;
  if (at)
    return (
      <span>
        sign <When at={at} />
      </span>
    );
  return <>{settings.providers.length === 0 ? '–' : 'by hand'}</>;
}
