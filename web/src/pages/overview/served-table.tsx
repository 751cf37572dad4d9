/** Which certificate is presented where. */

import { Link } from 'wouter';
import type { Overview } from '../../api.ts';
import { expiryTone, expiryWords } from '../../components/drawings/expiry.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { StateMark } from '../../components/notice.tsx';
import { dateText } from '../../components/time.tsx';
import { slotPath } from '../identity/slot-path.ts';

type Served = Overview['served'][number];

/** A row per identity slot. */
export function ServedTable({ served }: { readonly served: readonly Served[] }) {
  return <ListTable label="What is served" minWidth={680} rows={served} keyOf={({ slot }) => slot} columns={columns} />;
}

const columns: readonly Column<Served>[] = [
  { heading: 'Identity', cell: ({ slot, label }) => <Link to={slotPath(slot)}>{label}</Link> },
  {
    heading: 'State',
    cell: (identity) => (
      <span className="tg-actions" style={{ gap: 5 }}>
        <States identity={identity} />
      </span>
    ),
  },
  { heading: 'Common name', cell: ({ commonName }) => commonName ?? '–' },
  { heading: 'Issuer', cell: ({ issuer }) => issuer ?? '–' },
  { heading: 'Expires', cell: ({ notAfter }) => <span style={{ whiteSpace: 'nowrap' }}>{dateText(notAfter)}</span> },
];

function States({ identity }: { readonly identity: Served }) {
  if (identity.served === 'server') return <StateMark tone="plain">Uses the server certificate</StateMark>;
  if (identity.served === 'none') return <StateMark tone="plain">Empty: clients get the server certificate</StateMark>;
  const span = identity.notBefore &&
    identity.notAfter && {
      notBefore: identity.notBefore,
      notAfter: identity.notAfter,
      alertFrom: identity.alertFrom ?? undefined,
    };
  return (
    <>
      {span && <StateMark tone={expiryTone(span)}>{expiryWords(span)}</StateMark>}
      {identity.served === 'previous' && <StateMark tone="warning">Previous one served</StateMark>}
      {identity.temporary && <StateMark tone="warning">Temporary</StateMark>}
      {!identity.chainComplete && <StateMark tone="warning">Chain incomplete</StateMark>}
      {identity.missingNames.length > 0 && <StateMark tone="warning">Names missing</StateMark>}
      {identity.pendingCsr && <StateMark tone="note">CSR in progress</StateMark>}
    </>
  );
}
