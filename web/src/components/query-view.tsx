/** The four states of anything that comes from the gateway: loading, refused, empty, there. */
import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemNotice } from './problem-notice.tsx';

/** Of the lines of the placeholder, in per cent. */
const widths = [92, 74, 83, 58, 88, 66, 79, 53, 85, 70, 91, 62] as const;

interface QueryViewProps<T> {
  readonly query: UseQueryResult<T>;
  /** Rows of the placeholder while loading. */
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
}

/** Draws `children` once the data is there; until then a placeholder, or the problem with a way to try again. */
export function QueryView<T>({ query, rows = 4, children }: QueryViewProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div aria-busy="true" aria-live="polite">
      <span className="tg-visually-hidden">Loading</span>
      {widths.slice(0, rows).map((width) => (
        <Skeleton key={width} height={14} mt={14} width={`${width}%`} />
      ))}
    </div>
  );
}

/** What stands where a list would be: why it is empty and what to do. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="tg-empty">
      <strong>{title}</strong>
      {children && <div className="tg-dim">{children}</div>}
    </div>
  );
}
