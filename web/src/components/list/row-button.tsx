/** A button at the end of a row. */
import { Button } from '@mantine/core';

interface RowButtonProps {
  readonly children: string;
  /** For screen readers: what is done, and to which row. */
  readonly label: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  /** Whether what it unfolds is there. */
  readonly expanded?: boolean;
}

/** Small and quiet, since each row has it. */
export function RowButton({ children, label, expanded, ...rest }: RowButtonProps) {
  return (
    <Button variant="subtle" size="compact-sm" aria-label={label} aria-expanded={expanded} {...rest}>
      {children}
    </Button>
  );
}
