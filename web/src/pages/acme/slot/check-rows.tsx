/** The look at everything before a CA is asked: a row each, and what one click can mend. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type AcmeProvider, api } from '../../../api.ts';
import { toast } from '../../../components/dialogs/toast.tsx';
import { saveFile } from '../../../components/download-button.tsx';
import { StateMark } from '../../../components/notice.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { withPlainDates } from '../../../components/time.tsx';
import { unwrap } from '../../../transport.ts';
import { useRefreshAcme } from '../acme-queries.ts';
import { outcomes } from '../acme-words.ts';
import './order-steps.css';

/** The checks of one certificate, not made before they are asked for. */
export function useChecks(slot: string) {
  const refresh = useRefreshAcme();
  const path = { path: { slot } };
  const run = useMutation({
    mutationFn: async (provider: string) =>
      (await unwrap(api.POST('/acme/slots/{slot}/checks', { params: path, body: { provider } }))).rows,
  });
  const append = useMutation({
    mutationFn: () => unwrap(api.POST('/acme/slots/{slot}/issuers', { params: path })),
    onSuccess: async () => {
      toast('The CA certificates are in the trusted CA list.');
      await refresh();
    },
  });
  const download = useMutation({
    mutationFn: () => unwrap(api.GET('/acme/slots/{slot}/issuers/pem', { params: path, parseAs: 'text' })),
    onSuccess: (pem) => saveFile('issuers.pem', pem),
  });
  return { run, append, download };
}

interface CheckRowsProps {
  readonly checks: ReturnType<typeof useChecks>;
  readonly provider: AcmeProvider;
}

export function CheckRows({ checks: { run, append, download }, provider }: CheckRowsProps) {
  async function appendAndLook() {
    await append.mutateAsync();
    run.mutate(provider.id);
  }
  if (run.isError) return <ProblemNotice error={run.error} onRetry={() => run.mutate(provider.id)} />;
  if (run.data === undefined) return null;
  const failed = append.error ?? download.error;
  const bad = run.data.filter(({ outcome }) => outcome === 'bad').length;
  return (
    <section className="tg-stack" aria-label={`Checks before ${provider.name} is asked`}>
      <h3 className="tg-h3" role="status">
        {bad === 0
          ? `Nothing stops an order at ${provider.name}.`
          : `${bad} of ${run.data.length} checks stop an order.`}
      </h3>
      <ul className="tg-order">
        {run.data.map(({ check, title, outcome, words, hint, action }) => (
          <li key={check}>
            <StateMark tone={outcomes[outcome][0]}>{outcomes[outcome][1]}</StateMark>
            <div style={{ overflowWrap: 'anywhere' }}>
              <strong>{title}</strong>
              <div>{withPlainDates(words)}</div>
              {hint !== '' && <div className="tg-dim">{hint}</div>}
              {action === 'append-issuers' && (
                <Button
                  variant="default"
                  mt={4}
                  loading={append.isPending}
                  onClick={() => void appendAndLook().catch(() => undefined)}
                >
                  Append to the trusted CA list
                </Button>
              )}
              {action === 'download-issuers' && (
                <Button variant="default" mt={4} loading={download.isPending} onClick={() => download.mutate()}>
                  Download for traversal clients
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {failed && <ProblemNotice error={failed} />}
    </section>
  );
}
