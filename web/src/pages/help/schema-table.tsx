/** Members of a parameter list, a body or an answer. */

import { type Column, ListTable } from '../../components/list/list-table.tsx';

interface SchemaRow {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly text: string;
}

/** Name, type, whether it must be there, what it means. */
export function SchemaTable({ rows }: { readonly rows: readonly SchemaRow[] }) {
  return <ListTable label="Members" minWidth={520} scrolls rows={rows} keyOf={({ name }) => name} columns={columns} />;
}

const columns: readonly Column<SchemaRow>[] = [
  {
    heading: 'Name',
    cell: ({ name, required }) => (
      <span className="tg-mono">
        {name}
        {!required && <span className="tg-dim"> optional</span>}
      </span>
    ),
  },
  { heading: 'Type', cell: ({ type }) => <span className="tg-mono">{type}</span> },
  { heading: 'Meaning', cell: ({ text }) => text },
];
