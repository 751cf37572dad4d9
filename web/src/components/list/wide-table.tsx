/** A table that scrolls sideways where the screen is narrow. */
import { useElementSize } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface WideTableProps {
  /** What the table holds, for screen readers. */
  readonly label: string;
  /** Pixels below which it scrolls. */
  readonly minWidth: number;
  readonly maxHeight?: number;
  /** On a narrow screen each row becomes a card; its cells carry `data-label`. */
  readonly stacks?: boolean;
  readonly children: ReactNode;
}

/** Takes the focus only while there is something to scroll, so that the keyboard can reach what is outside. */
export function WideTable({ label, minWidth, maxHeight, stacks, children }: WideTableProps) {
  const { ref, width } = useElementSize<HTMLElement>();
  const narrow = width > 0 && width < minWidth;
  const cards = narrow && stacks === true;
  const scrolls = (narrow && !cards) || maxHeight !== undefined;
  return (
    <section
      ref={ref}
      aria-label={`Table: ${label}`}
      tabIndex={scrolls ? 0 : undefined}
      style={{ position: 'relative', overflow: 'auto', maxHeight }}
    >
      <div className={cards ? 'tg-cards' : undefined} style={cards ? undefined : { minWidth }}>
        {children}
      </div>
    </section>
  );
}
