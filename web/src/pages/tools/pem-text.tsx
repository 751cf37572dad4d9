/** PEM text that is pasted where a file could be chosen. */
import { Textarea } from '@mantine/core';

interface PemTextProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

export function PemText({ value, onChange }: PemTextProps) {
  return (
    <Textarea
      label="Or paste PEM text"
      placeholder="-----BEGIN CERTIFICATE-----"
      autosize
      minRows={3}
      maxRows={12}
      spellCheck={false}
      value={value}
      onChange={(e) => onChange(e.currentTarget.value)}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
    />
  );
}

/** The text as a file; none where nothing was pasted. */
export function pastedFiles(text: string): readonly File[] {
  return text.trim() === '' ? [] : [new File([`${text.trim()}\n`], 'Pasted text')];
}
