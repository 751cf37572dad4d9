/** The time line of renewals: a drawing, and the same as a list. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { AcmeTimelineEntry } from '../../api.ts';
import { ListTable } from '../../components/list/list-table.tsx';
import { StateWord, type ToneWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { When, withPlainDates } from '../../components/time.tsx';
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
        {(entries) => <Renewals entries={entries} />}
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
  if (rows.length === 0)
    return (
      <Empty title="Nothing was renewed yet and nothing is planned.">
        Choose a provider on the page of a certificate and switch its scheduler on.
      </Empty>
    );
  return (
    <div className="tg-stack">
      <RenewalLine entries={entries} label={link} />
      <ListTable
        label="Renewals"
        minWidth={640}
        rows={rows.slice(0, all ? undefined : few)}
        keyOf={({ at, slot, what }) => `${at}|${slot}|${what}`}
        columns={[
          { heading: 'What', cell: ({ what, ok }) => <StateWord of={stateOf(what, ok)} /> },
          { heading: 'When', cell: ({ at }) => <When at={at} /> },
          { heading: 'Certificate', wraps: true, cell: ({ slot }) => link(slot) },
          { heading: 'Words', wraps: true, cell: ({ words }) => <span>{withPlainDates(words)}</span> },
        ]}
      />
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

const kinds: Readonly<Record<string, ToneWord>> = {
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

function stateOf(what: string, ok: boolean): ToneWord {
  return what === 'end' && !ok ? ['critical', 'Expired'] : (kinds[what] ?? ['plain', what]);
}
