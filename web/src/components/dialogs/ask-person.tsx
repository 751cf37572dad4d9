/** Questions the page asks before it does something that cannot simply be undone. */

import { Button, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState, useSyncExternalStore } from 'react';
import { Dialog } from './dialog.tsx';

export interface Question {
  readonly title: string;
  readonly body: ReactNode;
  /** What the button that goes ahead says: a verb. */
  readonly confirm: string;
  readonly cancel?: string;
  /** Colours the button red. */
  readonly dangerous?: boolean;
  /** The exact text the person has to type first. */
  readonly typed?: string;
}

interface Open extends Question {
  readonly id: number;
  readonly answer: (yes: boolean) => void;
}

let open: Open | undefined;
let next = 1;
const listeners = new Set<() => void>();

/** Asks; true when the person went ahead. A second question waits for no one: the first counts as answered no. */
export function askPerson(question: Question): Promise<boolean> {
  open?.answer(false);
  return new Promise((resolve) => set({ ...question, id: next++, answer: resolve }));
}

/** Where questions appear; stands once in the page. */
export function Dialogs() {
  const question = useSyncExternalStore(subscribe, () => open);
  return question ? <Ask key={question.id} question={question} /> : null;
}

function Ask({ question }: { readonly question: Open }) {
  const [typed, setTyped] = useState('');
  const ready = question.typed === undefined || typed.trim() === question.typed;
  function answer(yes: boolean) {
    question.answer(yes);
    set(undefined);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    if (ready) answer(true);
  }
  return (
    <Dialog onClose={() => answer(false)} title={question.title}>
      <form onSubmit={submit}>
        <Text component="div" size="md">
          {question.body}
        </Text>
        {question.typed !== undefined && (
          <TextInput
            mt="md"
            data-autofocus
            label={
              <>
                Type <code className="tg-mono">{question.typed}</code> to go ahead
              </>
            }
            autoComplete="off"
            value={typed}
            onChange={(e) => setTyped(e.currentTarget.value)}
          />
        )}
        <div className="tg-dialog-actions">
          <Button variant="default" onClick={() => answer(false)}>
            {question.cancel ?? 'Cancel'}
          </Button>
          <Button
            type="submit"
            color={question.dangerous ? 'red.9' : undefined}
            disabled={!ready}
            data-autofocus={question.typed === undefined || undefined}
          >
            {question.confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function set(value: Open | undefined): void {
  open = value;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
