/** A table that scrolls sideways where the screen is narrow. */
import { useElementSize } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface WideTableProps {
  /** What the table holds, for screen readers. */
  readonly label: string;
  /** Pixels below which it scrolls. */
  readonly minWidth: number;
  readonly maxHeight?: number;
  readonly children: ReactNode;
}

/** Takes the focus only while there is something to scroll, so that the keyboard can reach what is outside. */
export function WideTable({ label, minWidth, maxHeight, children }: WideTableProps) {
  const { ref, width } = useElementSize<HTMLElement>();
  const scrolls = (width > 0 && width < minWidth) || maxHeight !== undefined;
  return (
    <section
      ref={ref}
      aria-label={`Table: ${label}`}
      tabIndex={scrolls ? 0 : undefined}
      style={{ position: 'relative', overflow: 'auto', maxHeight }}
    >
      <div style={{ minWidth }}>{children}</div>
    </section>
  );
}
