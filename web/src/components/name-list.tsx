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

/** Names as small tags; long lists open on demand. */
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
      {names.length > shown.length && (
        <Anchor component="button" type="button" size="sm" mt={4} onClick={() => setAll(true)}>
          Show all {names.length}
        </Anchor>
      )}
    </>
  );
}
