/** Roots and intermediates, each with the way to its page. */
import { Link } from 'wouter';
import type { Authority } from '../../../api.ts';
import { ListTable } from '../../../components/list/list-table.tsx';
import { StateWord } from '../../../components/notice.tsx';
import { dateText } from '../../../components/time.tsx';
import { algorithmText, authorityStates, keyPlaces } from './authority-words.ts';

export function AuthoritiesTable({ authorities }: { readonly authorities: readonly Authority[] }) {
  const labels = new Map(authorities.map(({ id, label }) => [id, label]));
  const place = ({ role, parent }: Authority) =>
    role === 'root' ? 'Root' : `Intermediate of ${(parent && labels.get(parent)) || 'another CA'}`;
  return (
    <ListTable
      label="Authorities"
      minWidth={760}
      rows={authorities}
      keyOf={({ id }) => id}
      columns={[
        { heading: 'State', cell: ({ state }) => <StateWord of={authorityStates[state]} /> },
        {
          heading: 'Authority',
          wraps: true,
          cell: (authority) => (
            <>
              <Link to={`/security/private-ca/${authority.id}`}>{authority.label}</Link>
              <div className="tg-dim tg-small">
                {place(authority)}
                {authority.isDefault && ', issues by default'}
              </div>
            </>
          ),
        },
        {
          heading: 'Key',
          cell: ({ algorithm, key }) => (
            <>
              {algorithmText(algorithm)}
              <div className="tg-dim tg-small">{keyPlaces[key]}</div>
            </>
          ),
        },
        { heading: 'Issued', cell: ({ issued }) => issued.toLocaleString('en') },
        { heading: 'Revoked', cell: ({ revoked }) => revoked.toLocaleString('en') },
        { heading: 'Expires', cell: ({ notAfter }) => dateText(notAfter) },
      ]}
    />
  );
}
