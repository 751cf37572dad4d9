/** Hosts that certificates led to and that were not asked because of their address alone; each can be allowed. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type RefusedHost } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { When } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';

export function RefusedHostsPanel({ hosts }: { readonly hosts: readonly RefusedHost[] }) {
  const client = useQueryClient();
  const mayChange = useMayChange();
  const allow = useMutation({
    mutationFn: (host: string) => unwrap(api.POST('/revocation/allowed-hosts', { body: { host } })),
    onSuccess: async (settings, host) => {
      client.setQueryData(['revocation', 'settings'], settings);
      toast(`${host} may be asked from now on.`);
      await Promise.all([['revocation'], ['alarms']].map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
  return (
    <Panel title="Not asked because of their address" anchor="refused">
      <div className="tg-stack">
        <p className="tg-dim tg-small" style={{ margin: 0 }}>
          A URL led this gateway to an address that is not public, so nothing was sent. Allow the host if it is a server
          of your own.
        </p>
        {allow.isError && <ProblemNotice error={allow.error} />}
        {hosts.map(({ host, url, message, times, at }) => (
          <div key={host} className="tg-object tg-refused">
            <div>
              <strong>{host}</strong>
              <div className="tg-small">{message}</div>
              <div className="tg-dim tg-small">
                {url} · {times === 1 ? 'once' : `${times} times`}, last <When at={at} distance={false} />
              </div>
            </div>
            {mayChange && (
              <Button
                variant="default"
                loading={allow.isPending && allow.variables === host}
                onClick={() => allow.mutate(host)}
                aria-label={`Allow this host: ${host}`}
              >
                Allow this host
              </Button>
            )}
          </div>
        ))}
      </div>
    </Panel>
  );
}
