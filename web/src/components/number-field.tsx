/** A number, typed or stepped; a whole one unless decimals are let in. */
import { NumberInput, type NumberInputProps } from '@mantine/core';
import { useState } from 'react';

interface NumberFieldProps extends Omit<NumberInputProps, 'value' | 'onChange'> {
  readonly value: number;
  readonly onChange: (value: number) => void;
}

/** While it is empty the number stays as it was, and stands there again when the focus goes; a form waits for one. */
export function NumberField({ value, onChange, ...rest }: NumberFieldProps) {
  const [empty, setEmpty] = useState(false);
  return (
    <NumberInput
      required
      withAsterisk={false}
      allowDecimal={false}
      {...rest}
      value={empty ? '' : value}
      onChange={(next) => {
        setEmpty(next === '');
        if (next !== '') onChange(Number(next));
      }}
      onBlur={() => setEmpty(false)}
    />
  );
}
