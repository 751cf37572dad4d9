/** Keeps typed work from being lost. */
import { useEffect } from 'react';
import { guardLocation } from '../../location.ts';
import { askPerson } from './ask-person.tsx';

/** While `dirty`, leaving the page asks first; `what` names the work: "the settings". */
export function useUnsavedGuard(dirty: boolean, what: string): void {
  useEffect(() => {
    if (!dirty) return;
    guardLocation(() =>
      askPerson({
        title: 'Leave without saving?',
        body: `Your changes to ${what} are not saved and would be lost.`,
        confirm: 'Leave without saving',
        cancel: 'Stay on this page',
        dangerous: true,
      }),
    );
    return () => guardLocation(undefined);
  }, [dirty, what]);
}
