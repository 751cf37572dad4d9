/** Each check of a certificate with its result and remedy. */
import type { Aspect } from '../../api.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { StateWord, type ToneWord } from '../../components/notice.tsx';

const names: Readonly<Record<Aspect['aspect'], string>> = {
  trust: 'Trust',
  dates: 'Dates',
  use: 'Extended key usage',
  name: 'Name',
  revocation: 'Revocation',
  answer: 'Their answer',
};
const results: Readonly<Record<Aspect['result'], ToneWord>> = {
  good: ['ok', 'Good'],
  bad: ['critical', 'Refused'],
  unknown: ['warning', 'Not known'],
  'not-checked': ['plain', 'Not checked'],
};

const columns: readonly Column<Aspect>[] = [
  { heading: 'Check', cell: ({ aspect }) => names[aspect] },
  { heading: 'Result', cell: ({ result }) => <StateWord of={results[result]} /> },
  {
    heading: 'Reason and remedy',
    cell: ({ words, remedy }) => (
      <div style={{ overflowWrap: 'anywhere' }}>
        {words}
        {remedy !== '' && <div className="tg-dim">{remedy}</div>}
      </div>
    ),
  },
];

export function AspectsTable({ label, aspects }: { readonly label: string; readonly aspects: readonly Aspect[] }) {
  return <ListTable label={label} minWidth={560} rows={aspects} keyOf={({ aspect }) => aspect} columns={columns} />;
}
