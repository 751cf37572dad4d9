/** A comma separated list, as the guides have them: typed or pasted as one text. */
import { Textarea } from '@mantine/core';
import type { ReactNode } from 'react';

interface ListFieldProps {
  readonly label: string;
  readonly description?: ReactNode;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error?: ReactNode;
  readonly disabled?: boolean;
}

/** A text area that takes commas or line ends between its members. */
export function ListField({ label, description, value, onChange, error, disabled }: ListFieldProps) {
  return (
    <Textarea
      label={label}
      description={description}
      autosize
      minRows={1}
      maxRows={10}
      spellCheck={false}
      autoComplete="off"
      disabled={disabled}
      value={value}
      error={error}
      onChange={(e) => onChange(e.currentTarget.value)}
      onBlur={() => onChange(tidyList(value))}
    />
  );
}

/** One comma and a space between members; line ends and semicolons count as commas. */
export function tidyList(text: string): string {
  return splitList(text).join(', ');
}

/** The members of a list as typed, empty ones left out. */
export function splitList(text: string): string[] {
  return text
    .split(/[,;\n]/)
    .map((member) => member.trim())
    .filter(Boolean);
}
