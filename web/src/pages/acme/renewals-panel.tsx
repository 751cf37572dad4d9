/** The time line of renewals: a drawing, and the same as a list. */
import { Button, Table } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { AcmeTimelineEntry } from '../../api.ts';
import { StateMark, type Tone } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { When, withPlainDates } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { slotPath } from '../identity/slot-path.ts';
import { useAcmeSlots, useTimeline } from './acme-queries.ts';
import { RenewalLine } from './renewal-line.tsx';

/** Rows of the list before it is unfolded. */
const few = 8;

export function RenewalsPanel() {
  const timeline = useTimeline();
  return (
    <Panel title="Time line of renewals" anchor="renewals">
      <QueryView query={timeline} rows={5}>
        {(entries) =>
          entries.length === 0 ? (
            <Empty title="Nothing was renewed yet and nothing is planned.">
              Choose a provider on the page of a certificate and switch its scheduler on.
            </Empty>
          ) : (
            <Renewals entries={entries} />
          )
        }
      </QueryView>
    </Panel>
  );
}

function Renewals({ entries }: { readonly entries: readonly AcmeTimelineEntry[] }) {
  const [all, setAll] = useState(false);
  const slots = useAcmeSlots().data ?? [];
  const label = (slot: string) => slots.find((one) => one.slot === slot)?.label ?? slot.replace(/^domain:/, '');
  const link = (slot: string) => (
    <Link to={`${slotPath(slot)}#acme`} title={label(slot)}>
      {label(slot)}
    </Link>
  );
  // what comes next first, then what was last
  const planned = entries.filter((entry) => entry.planned);
  const rows = [...planned, ...entries.filter((entry) => !entry.planned).toReversed()];
  return (
    <div className="tg-stack">
      <RenewalLine entries={entries} label={link} />
      <WideTable label="Renewals" minWidth={640} stacks>
        <Table fz="sm" verticalSpacing={5}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What</Table.Th>
              <Table.Th>When</Table.Th>
              <Table.Th>Certificate</Table.Th>
              <Table.Th>Words</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, all ? undefined : few).map((entry) => (
              <Table.Tr key={`${entry.at}|${entry.slot}|${entry.what}`}>
                <Table.Td data-label="What">
                  <What entry={entry} />
                </Table.Td>
                <Table.Td data-label="When">
                  <When at={entry.at} />
                </Table.Td>
                <Table.Td data-label="Certificate" className="tg-name-cell">
                  {link(entry.slot)}
                </Table.Td>
                <Table.Td data-label="Words" className="tg-name-cell">
                  <span>{withPlainDates(entry.words)}</span>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
      {rows.length > few && (
        <div>
          <Button variant="default" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Show fewer' : `Show all ${rows.length}`}
          </Button>
        </div>
      )}
    </div>
  );
}

const kinds: Readonly<Record<string, readonly [Tone, string]>> = {
  signed: ['ok', 'Signed'],
  'sign-failed': ['critical', 'Signing failed'],
  tested: ['ok', 'Tested'],
  'test-failed': ['warning', 'Test failed'],
  stopped: ['plain', 'Stopped'],
  deployed: ['ok', 'Deployed'],
  'deploy-failed': ['critical', 'Deploying failed'],
  sign: ['note', 'Planned: sign'],
  deploy: ['note', 'Planned: deploy'],
  end: ['warning', 'Expires'],
};

function What({ entry: { what, ok } }: { readonly entry: AcmeTimelineEntry }) {
  const [tone, word] = what === 'end' && !ok ? (['critical', 'Expired'] as const) : (kinds[what] ?? ['plain', what]);
  return <StateMark tone={tone}>{word}</StateMark>;
}
