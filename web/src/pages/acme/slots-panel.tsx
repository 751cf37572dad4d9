/** Every certificate with how it renews itself. */
import { Link } from 'wouter';
import type { AcmeSlot } from '../../api.ts';
import { ListTable } from '../../components/list/list-table.tsx';
import { StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { momentText, When } from '../../components/time.tsx';
import { slotPath } from '../identity/slot-path.ts';
import { useAcmeSlots, useProviders } from './acme-queries.ts';
import { State } from './slot/renewal-state.tsx';

export function SlotsPanel() {
  const slots = useAcmeSlots();
  return (
    <Panel title="Certificates" anchor="certificates">
      <QueryView query={slots} rows={4}>
        {(data) => <Slots slots={data} />}
      </QueryView>
    </Panel>
  );
}

function Slots({ slots }: { readonly slots: readonly AcmeSlot[] }) {
  const providers = useProviders().data ?? [];
  const nameOf = (id: string) => providers.find((one) => one.id === id)?.name ?? '';
  return (
    <ListTable
      label="Certificates"
      minWidth={800}
      rows={slots}
      keyOf={({ slot }) => slot}
      columns={[
        { heading: 'State', cell: (slot) => <State slot={slot} /> },
        {
          heading: 'Certificate',
          wraps: true,
          cell: ({ slot, label, certificate }) => (
            <>
              <Link to={`${slotPath(slot)}#acme`}>{label}</Link>
              {certificate && <div className="tg-dim tg-small">expires {momentText(certificate.notAfter)}</div>}
            </>
          ),
        },
        {
          heading: 'Provider',
          wraps: true,
          cell: ({ settings }) => settings.providers.map(nameOf).join(', then ') || 'none',
        },
        { heading: 'Last signed', wraps: true, cell: (slot) => <LastSign slot={slot} /> },
        { heading: 'Next', wraps: true, cell: (slot) => <Next slot={slot} /> },
        {
          heading: 'Attempts left',
          cell: ({ renewal: { attemptsLeft }, settings }) =>
            attemptsLeft === null || settings.providers.length === 0 ? '–' : attemptsLeft.toLocaleString('en'),
        },
      ]}
    />
  );
}

function LastSign({ slot: { lastSign } }: { readonly slot: AcmeSlot }) {
  if (!lastSign) return <>never</>;
  return lastSign.ok ? (
    <When at={lastSign.at} />
  ) : (
    <span>
      <StateMark tone="critical">Failed</StateMark> <span className="tg-small">{lastSign.words}</span>
    </span>
  );
}

/** What the gateway does next with the certificate. */
function Next({ slot: { pending, renewal, settings } }: { readonly slot: AcmeSlot }) {
  if (pending?.deployAt)
    return (
      <span>
        deploy <When at={pending.deployAt} />
      </span>
    );
  const at = renewal.nextAttempt ?? renewal.at;
  if (at)
    return (
      <span>
        sign <When at={at} />
      </span>
    );
  return <>{settings.providers.length === 0 ? '–' : 'by hand'}</>;
}
