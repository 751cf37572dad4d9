/** Revoke a certificate at the CA that issued it, for a reason. */
import { Button, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type AcmeSlot, api } from '../../../api.ts';
import { Dialog } from '../../../components/dialogs/dialog.tsx';
import { toast } from '../../../components/dialogs/toast.tsx';
import { Notice } from '../../../components/notice.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { unwrap } from '../../../transport.ts';
import { useRefreshAcme } from '../acme-queries.ts';
import { revocationReasons } from '../acme-words.ts';

type Reason = (typeof revocationReasons)[number]['value'];

export function RevokeDialog({ slot, onClose }: { readonly slot: AcmeSlot; readonly onClose: () => void }) {
  const choices = [
    ...(slot.certificate?.byProvider ? [{ value: 'active' as const, label: 'The certificate in use' }] : []),
    ...(slot.pending ? [{ value: 'pending' as const, label: 'The pending certificate' }] : []),
  ];
  const [which, setWhich] = useState(choices[0]?.value ?? 'active');
  const [reason, setReason] = useState<Reason>('unspecified');
  const refresh = useRefreshAcme();
  const revoke = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/acme/slots/{slot}/revocation', { params: { path: { slot: slot.slot } }, body: { which, reason } }),
      ),
    onSuccess: () => {
      toast('The certificate is revoked.');
      onClose();
    },
    onSettled: refresh,
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    revoke.mutate();
  }
  return (
    <Dialog onClose={onClose} title={`Revoke: ${slot.label}`}>
      <form className="tg-form" onSubmit={submit}>
        <Notice tone="warning" title="This cannot be undone.">
          Peers that check revocation refuse the certificate from then on.
          {which === 'active' && ' It is presented until another one is deployed.'}
        </Notice>
        <Select
          label="Certificate"
          data={choices}
          allowDeselect={false}
          value={which}
          onChange={(value) => setWhich(value === 'pending' ? 'pending' : 'active')}
        />
        <Select
          label="Reason"
          data={revocationReasons}
          allowDeselect={false}
          value={reason}
          onChange={(value) => setReason((value ?? 'unspecified') as Reason)}
        />
        {revoke.isError && <ProblemNotice error={revoke.error} />}
        <div className="tg-dialog-actions">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red.9" loading={revoke.isPending}>
            Revoke
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
