/** Keeps typed work from being lost. */
import { useEffect } from 'react';
import { guardLocation } from '../../location.ts';
import { askPerson } from './ask-person.tsx';

interface Work {
  /** As a sentence names it: "the settings". */
  readonly what: string;
}

/** Of every form of the page. */
const unsaved = new Set<Work>();

/** While `dirty`, leaving the page asks first; `what` names the work: "the settings". */
export function useUnsavedGuard(dirty: boolean, what: string): void {
  useEffect(() => {
    if (!dirty) return;
    const work: Work = { what };
    unsaved.add(work);
    guardLocation(askToLeave);
    return () => {
      unsaved.delete(work);
      if (unsaved.size === 0) guardLocation(undefined);
    };
  }, [dirty, what]);
}

function askToLeave(): Promise<boolean> {
  const named = [...unsaved].map(({ what }) => what).join(' and to ');
  return askPerson({
    title: 'Leave without saving?',
    body: `Your changes to ${named} are not saved and would be lost.`,
    confirm: 'Leave without saving',
    cancel: 'Stay on this page',
    dangerous: true,
  });
}
