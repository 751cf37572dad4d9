/** Every CRL there is, whatever its source. */
import type { StoredCrl } from '../../api.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { nameText } from '../../components/name-text.ts';
import { StateWord, type ToneWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty } from '../../components/query-view.tsx';
import { When } from '../../components/time.tsx';

const states: Readonly<Record<StoredCrl['state'], ToneWord>> = {
  'in-use': ['ok', 'In use'],
  unverified: ['warning', 'CA not trusted: not used'],
  expired: ['critical', 'Expired'],
  'switched-off': ['plain', 'Updates disabled: not used'],
};

const sources: Readonly<Record<StoredCrl['source'], string>> = {
  automatic: 'Automatic',
  manual: 'Uploaded',
  embedded: 'Trusted CA list',
  cdp: 'Named by a certificate',
};

const columns: readonly Column<StoredCrl>[] = [
  { heading: 'State', cell: ({ state }) => <StateWord of={states[state]} /> },
  { heading: 'Issuer', wraps: true, cell: ({ issuer }) => nameText(issuer) },
  {
    heading: 'Source',
    wraps: true,
    cell: ({ source, origin }) => (
      <>
        {sources[source]}
        <div className="tg-dim tg-small">{source === 'embedded' ? '' : origin}</div>
      </>
    ),
  },
  { heading: 'Number', cell: ({ number }) => number ?? '–' },
  { heading: 'Entries', cell: ({ entries }) => entries.toLocaleString('en') },
  { heading: 'Runs out', cell: ({ nextUpdate }) => (nextUpdate ? <When at={nextUpdate} /> : '–') },
];

/** In the order the gateway got them. */
export function CrlsPanel({ crls }: { readonly crls: readonly StoredCrl[] }) {
  return (
    <Panel title="Certificate revocation lists" anchor="crls">
      <ListTable
        label="Certificate revocation lists"
        minWidth={760}
        maxHeight={420}
        rows={crls}
        keyOf={({ source, origin, id }) => `${source} ${origin} ${id}`}
        columns={columns}
        empty={<Empty title="There is no CRL.">Enter a distribution point, or upload a file.</Empty>}
      />
    </Panel>
  );
}
