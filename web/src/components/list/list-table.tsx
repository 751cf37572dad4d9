/** A list as a table: a row each, on a narrow screen a card each, with what can be done to it at its end. */
import { Table } from '@mantine/core';
import { Fragment, type Key, type ReactNode } from 'react';
import { ProblemNotice } from '../problem-notice.tsx';
import { WideTable } from './wide-table.tsx';

export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => ReactNode;
  /** For long names: bounded in width, and broken anywhere. */
  readonly wraps?: boolean;
  /** In pixels. */
  readonly minWidth?: number;
}

interface ListTableProps<Row> {
  /** What the table holds, for screen readers. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => Key;
  readonly columns: readonly Column<Row>[];
  /** `RowButton`s; false where the person may change nothing, and there is no such column. */
  readonly actions?: false | ((row: Row, index: number) => ReactNode);
  /** What is unfolded under a row, if anything is. */
  readonly unfolded?: (row: Row) => ReactNode;
  /** Why the last change to a row was refused. */
  readonly error?: unknown;
  /** Stands in place of the table where there is no row. */
  readonly empty?: ReactNode;
  /** Pixels below which the rows become cards, or the table scrolls. */
  readonly minWidth: number;
  readonly maxHeight?: number;
  /** A table on every screen, for columns that must be compared. */
  readonly scrolls?: boolean;
}

/** Draws the rows in the order in which they are given. */
export function ListTable<Row>(props: ListTableProps<Row>) {
  const { rows, error, empty } = props;
  return (
    <div className="tg-stack">
      {Boolean(error) && <ProblemNotice error={error} />}
      {rows.length === 0 && empty ? empty : <Rows {...props} />}
    </div>
  );
}

function Rows<Row>(props: ListTableProps<Row>) {
  const { label, rows, keyOf, columns, actions, unfolded, minWidth, maxHeight, scrolls } = props;
  return (
    <WideTable label={label} minWidth={minWidth} maxHeight={maxHeight} stacks={scrolls !== true}>
      <Table fz="sm" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ heading, minWidth }) => (
              <Table.Th key={heading} style={{ minWidth }}>
                {heading}
              </Table.Th>
            ))}
            {actions && (
              <Table.Th>
                <span className="tg-visually-hidden">Actions</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => {
            const more = unfolded?.(row);
            return (
              <Fragment key={keyOf(row)}>
                <Table.Tr>
                  {columns.map(({ heading, cell, wraps }) => (
                    <Table.Td key={heading} data-label={heading} className={wraps ? 'tg-name-cell' : undefined}>
                      {cell(row)}
                    </Table.Td>
                  ))}
                  {actions && (
                    <Table.Td>
                      <div className="tg-row-actions">{actions(row, index)}</div>
                    </Table.Td>
                  )}
                </Table.Tr>
                {more && (
                  <Table.Tr>
                    <Table.Td colSpan={columns.length + (actions ? 1 : 0)}>{more}</Table.Td>
                  </Table.Tr>
                )}
              </Fragment>
            );
          })}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
