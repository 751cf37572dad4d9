/** Names and values in two aligned columns. */
import { Fragment, type ReactNode } from 'react';

export type Fact = readonly [name: string, value: ReactNode] | undefined | false;

/** A description list; facts without a value are left out. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="tg-facts">
      {facts.map((fact) =>
        fact && fact[1] !== undefined && fact[1] !== null && fact[1] !== '' ? (
          <Fragment key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </Fragment>
        ) : null,
      )}
    </dl>
  );
}
