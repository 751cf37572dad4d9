/** The name of a bar on the time line, leading to its page. */
import { Link } from 'wouter';
import type { Overview } from '../../api.ts';
import { slotPath } from '../identity/slot-path.ts';

/** Identities link to their page, authorities and lists to the trusted CA list. */
export function TimelineLabel({ item }: { readonly item: Overview['timeline'][number] }) {
  const path = item.kind === 'identity' ? slotPath(item.object) : '/security/trusted-ca';
  return (
    <>
      <Link to={path} title={item.label}>
        {item.label}
      </Link>
      {item.kind === 'crl' && <span className="tg-dim"> (CRL)</span>}
    </>
  );
}
