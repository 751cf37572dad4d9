/** Which templates ACME clients may choose. */
import { Checkbox } from '@mantine/core';
import type { AcmeServerSettings } from '../../api.ts';

interface ProfileChoiceProps {
  readonly offered: readonly Pick<AcmeServerSettings['templates'][number], 'name' | 'description'>[];
  readonly chosen: readonly string[];
  readonly description?: string;
  readonly error: string | undefined;
  readonly onChange: (chosen: string[]) => void;
}

/** Templates that are gone stay in the list while they are chosen, so that they can be left out. */
export function ProfileChoice({ offered, chosen, description, error, onChange }: ProfileChoiceProps) {
  const gone = chosen.filter((name) => !offered.some((one) => one.name === name));
  return (
    <Checkbox.Group
      label="Profiles"
      description={description ?? 'Templates that clients may choose.'}
      value={[...chosen]}
      error={error}
      onChange={onChange}
    >
      <div className="tg-columns" style={{ gap: 10, marginTop: 6 }}>
        {offered.map((one) => (
          <Checkbox key={one.name} value={one.name} label={one.name} description={one.description} />
        ))}
        {gone.map((name) => (
          <Checkbox key={name} value={name} label={name} description="There is no such template any more." />
        ))}
        {offered.length + gone.length === 0 && <span className="tg-dim tg-small">There are none.</span>}
      </div>
    </Checkbox.Group>
  );
}
