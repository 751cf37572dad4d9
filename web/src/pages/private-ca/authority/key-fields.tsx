/** The key of a CA and how long its certificate is good: the same choice for a root and an intermediate. */
import { Select } from '@mantine/core';
import { NumberField } from '../../../components/number-field.tsx';
import { type KeyAlgorithm, keyAdvice, keyAlgorithms } from './authority-words.ts';

export interface KeyChoice {
  readonly algorithm: KeyAlgorithm;
  readonly years: number;
}

interface KeyFieldsProps {
  readonly value: KeyChoice;
  readonly onChange: (change: Partial<KeyChoice>) => void;
  /** Said of a key that needs no advice of its own. */
  readonly advice?: string;
  /** Why the lifetime was refused. */
  readonly error: string | undefined;
}

export function KeyFields({ value: { algorithm, years }, onChange, advice, error }: KeyFieldsProps) {
  return (
    <div className="tg-columns tg-columns-narrow">
      <Select
        label="Key"
        description={keyAdvice(algorithm) ?? advice}
        data={keyAlgorithms}
        allowDeselect={false}
        value={algorithm}
        onChange={(value) => value && onChange({ algorithm: value as KeyAlgorithm })}
      />
      <NumberField
        label="Valid for (years)"
        min={1}
        max={50}
        value={years}
        error={error}
        onChange={(value) => onChange({ years: value })}
      />
    </div>
  );
}

/** As a request names it: a key and a number of days. */
export function keyRequest({ algorithm, years }: KeyChoice) {
  return { algorithm, days: Math.round(years * 365.25) };
}
