/** The fields of a form, which somebody who may change nothing can read and not fill in. */
import type { ReactNode } from 'react';
import { useMayChange } from '../session.ts';

/** Lays nothing out: the form around it does. */
export function FormFields({ children }: { readonly children: ReactNode }) {
  return (
    <fieldset disabled={!useMayChange()} style={{ display: 'contents' }}>
      {children}
    </fieldset>
  );
}
