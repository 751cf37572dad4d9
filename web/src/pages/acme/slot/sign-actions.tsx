/** What a person does about signing: check first, sign, test the set-up, try again, revoke. */
import { Button, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type AcmeProvider, type AcmeSlot, api } from '../../../api.ts';
import { toast } from '../../../components/dialogs/toast.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { useMayChange } from '../../../session.ts';
import { unwrap } from '../../../transport.ts';
import { useRefreshAcme } from '../acme-queries.ts';
import { canTest } from '../acme-words.ts';
import { CheckRows, useChecks } from './check-rows.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';

interface SignActionsProps {
  readonly slot: AcmeSlot;
  readonly providers: readonly AcmeProvider[];
}

/** Nothing for an auditor, and nothing before a provider is chosen. */
export function SignActions({ slot, providers }: SignActionsProps) {
  const [wanted, setWanted] = useState('');
  const [revokes, setRevokes] = useState(false);
  const checks = useChecks(slot.slot);
  const { sign, test, retry } = useSigning(slot.slot, () => checks.run.reset());
  const chosen = slot.settings.providers.flatMap((id) => providers.find((one) => one.id === id) ?? []);
  const provider = chosen.find(({ id }) => id === wanted) ?? chosen[0];
  const one = wanted === '' ? undefined : wanted;
  if (!useMayChange() || provider === undefined) return null;
  const busy = slot.running !== null;
  const failed = sign.error ?? test.error ?? retry.error;
  const revocable = slot.certificate?.byProvider || slot.pending;
  return (
    <div className="tg-stack">
      <div className="tg-actions" style={{ alignItems: 'end' }}>
        {chosen.length > 1 && (
          <Select
            label="Sign with"
            size="xs"
            data={[
              { value: '', label: 'All, in their order' },
              ...chosen.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            allowDeselect={false}
            value={wanted}
            onChange={(value) => setWanted(value ?? '')}
          />
        )}
        <Button
          variant={slot.pending ? 'default' : 'filled'}
          loading={sign.isPending}
          disabled={busy || provider.staging}
          onClick={() => sign.mutate(one)}
        >
          Sign CSR with ACME Provider
        </Button>
        <Button variant="default" loading={checks.run.isPending} onClick={() => checks.run.mutate(provider.id)}>
          Check first
        </Button>
        {canTest(provider) && (
          <Button variant="default" loading={test.isPending} disabled={busy} onClick={() => test.mutate(provider.id)}>
            Test this set-up
          </Button>
        )}
        {slot.settings.scheduler && (
          <Button
            variant="default"
            loading={retry.isPending}
            disabled={busy || slot.renewal.retryNowLeft === 0}
            onClick={() => retry.mutate()}
          >
            Retry now
          </Button>
        )}
        {revocable && (
          <Button variant="default" onClick={() => setRevokes(true)}>
            Revoke…
          </Button>
        )}
      </div>
      <p className="tg-flat tg-dim tg-small">
        Signing sends the pending CSR, or a new one with the names that the last one and the settings ask for. What the
        CA signs is pending until it is deployed.
        {canTest(provider) && ' A test orders at the staging directory and keeps nothing.'}
        {slot.settings.scheduler &&
          ` Retry now lets the scheduler try at once; ${slot.renewal.retryNowLeft} of four in an hour are left.`}
      </p>
      {failed && <ProblemNotice error={failed} />}
      <CheckRows checks={checks} provider={provider} />
      {revokes && <RevokeDialog slot={slot} onClose={() => setRevokes(false)} />}
    </div>
  );
}

/** `onBegun` is told when an order has begun: what was checked before is old then. */
function useSigning(slot: string, onBegun: () => void) {
  const refresh = useRefreshAcme();
  const path = { path: { slot } };
  const sign = useMutation({
    mutationFn: (provider: string | undefined) =>
      unwrap(api.POST('/acme/slots/{slot}/orders', { params: path, body: provider === undefined ? {} : { provider } })),
    onSuccess: onBegun,
    onSettled: refresh,
  });
  const test = useMutation({
    mutationFn: (provider: string) =>
      unwrap(api.POST('/acme/slots/{slot}/orders', { params: path, body: { provider, test: true } })),
    onSettled: refresh,
  });
  const retry = useMutation({
    mutationFn: () => unwrap(api.POST('/acme/slots/{slot}/retry', { params: path })),
    onSuccess: () => toast('The scheduler tries once more within a minute.'),
    onSettled: refresh,
  });
  return { sign, test, retry };
}
