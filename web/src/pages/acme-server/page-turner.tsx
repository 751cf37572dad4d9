/** Back to the newest, on to the older: for lists that come in pages. */
import { Button } from '@mantine/core';

interface PageTurnerProps {
  /** What is listed, for screen readers. */
  readonly what: string;
  /** Where this page begins; undefined for the newest. */
  readonly before: number | undefined;
  /** Where the next page begins; null on the last. */
  readonly next: number | null;
  readonly onTurn: (before: number | undefined) => void;
}

/** Nothing, where everything is on one page. */
export function PageTurner({ what, before, next, onTurn }: PageTurnerProps) {
  if (before === undefined && next === null) return null;
  return (
    <div className="tg-actions">
      <Button
        variant="default"
        disabled={before === undefined}
        onClick={() => onTurn(undefined)}
        aria-label={`Newest ${what}`}
      >
        Newest
      </Button>
      <Button
        variant="default"
        disabled={next === null}
        onClick={() => onTurn(next ?? undefined)}
        aria-label={`Older ${what}`}
      >
        Older
      </Button>
    </div>
  );
}
