/** Many names in little room. */
import { Anchor } from '@mantine/core';
import { useState } from 'react';

interface NameListProps {
  readonly names: readonly string[];
  /** Shown before `Show all`. */
  readonly limit?: number;
  readonly label: string;
  readonly missing?: boolean;
}

/** Names as small tags; long lists open on demand, and close again. */
export function NameList({ names, limit = 12, label, missing }: NameListProps) {
  const [all, setAll] = useState(false);
  const shown = all ? names : names.slice(0, limit);
  return (
    <>
      <ul className="tg-names" aria-label={label}>
        {shown.map((name) => (
          <li key={name} data-missing={missing || undefined}>
            {name}
          </li>
        ))}
      </ul>
      {names.length > limit && (
        <Anchor
          component="button"
          type="button"
          size="sm"
          mt={4}
          style={{ justifySelf: 'start' }}
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? 'Show fewer' : `Show all ${names.length}`}
        </Anchor>
      )}
    </>
  );
}
