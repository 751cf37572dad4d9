/** Puts text on the clipboard and says so. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Icon } from './icons.tsx';

interface CopyButtonProps {
  readonly text: string;
  /** What the button says; `Copy` unless told. */
  readonly label?: string;
  /** What is copied, for screen readers, where several buttons say the same. */
  readonly what?: string;
}

/** A button that copies `text`; for two seconds afterwards it says that it did. */
export function CopyButton({ text, label = 'Copy', what }: CopyButtonProps) {
  const [done, setDone] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  }
  return (
    <Button
      variant="default"
      leftSection={<Icon name={done ? 'ok' : 'copy'} size={14} />}
      onClick={() => void copy()}
      aria-label={what ? `${done ? 'Copied' : label} ${what}` : undefined}
    >
      {done ? 'Copied' : label}
    </Button>
  );
}
