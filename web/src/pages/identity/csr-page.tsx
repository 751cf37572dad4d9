/** Generate CSR: the form on the left, what will be in the request on the right. */
import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { api, type CsrDefaults, type CsrForm } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { useUnsavedGuard } from '../../components/dialogs/unsaved.ts';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { navigate } from '../../location.ts';
import { useIdentity } from '../../queries.ts';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useRefreshIdentities } from './changes.ts';
import { CsrFields } from './csr-fields.tsx';
import { CsrPreviewPanel } from './csr-preview-panel.tsx';
import { slotWords } from './words.ts';

interface CsrPageProps {
  readonly slot: string;
  /** The page of the slot, where the person goes back to. */
  readonly home: string;
}

/** Loads the prefilled form, then shows it. */
export function CsrPage({ slot, home }: CsrPageProps) {
  const identity = useIdentity(slot);
  const defaults = useQuery({
    queryKey: ['identity', slot, 'csr-form'],
    queryFn: () => unwrap(api.GET('/identities/{slot}/csr/form', { params: { path: { slot } } })),
    // A form that is being filled in is not replaced under the hands.
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const mayChange = useMayChange();
  const pending = identity.data?.pendingCsr;
  return (
    <Page
      title="Generate CSR"
      tabTitle="Generate CSR"
      back={{ to: home, label: `Maintenance › Security › ${slotWords(slot).title}` }}
      intro="The gateway makes the private key and keeps it; it is never shown, exported or logged. Only the common name is required."
    >
      {pending && (
        <Notice
          tone="warning"
          title="A certificate signing request is already in progress."
          actions={
            <Link to={`${home}#csr`} asChild>
              <Button component="a" variant="default">
                Go to the request
              </Button>
            </Link>
          }
        >
          Upload its certificate or discard it before you generate another.
        </Notice>
      )}
      {!mayChange && <Notice tone="note" title="An auditor can look at this form but cannot generate a request." />}
      <QueryView query={defaults} rows={12}>
        {(data) => <CsrFormView slot={slot} home={home} defaults={data} locked={Boolean(pending) || !mayChange} />}
      </QueryView>
    </Page>
  );
}

interface CsrFormViewProps extends CsrPageProps {
  readonly defaults: CsrDefaults;
  readonly locked: boolean;
}

function CsrFormView({ slot, home, defaults, locked }: CsrFormViewProps) {
  const [form, setForm] = useState<CsrForm>(defaults.form);
  const [settled] = useDebouncedValue(form, 350);
  const refresh = useRefreshIdentities();
  useUnsavedGuard(JSON.stringify(form) !== JSON.stringify(defaults.form) && !locked, 'the request');

  const path = { params: { path: { slot } } };
  const preview = useQuery({
    queryKey: ['csr', slot, 'preview', settled],
    queryFn: () => unwrap(api.POST('/identities/{slot}/csr/preview', { ...path, body: settled })),
    placeholderData: (previous) => previous,
  });
  const generate = useMutation({
    mutationFn: () => unwrap(api.POST('/identities/{slot}/csr', { ...path, body: form })),
    onSuccess: async () => {
      toast('The CSR was generated.');
      await refresh();
      navigate(`${home}#csr`, { saved: true });
    },
  });
  const errors = preview.data?.errors ?? [];
  function submit(event: FormEvent) {
    event.preventDefault();
    generate.mutate();
  }
  return (
    <form onSubmit={submit} className="tg-split">
      <div className="tg-stack">
        <CsrFields slot={slot} form={form} onChange={setForm} defaults={defaults} errors={errors} />
        {generate.isError && <ProblemNotice error={generate.error} />}
        <div className="tg-actions">
          <Button type="submit" size="sm" loading={generate.isPending} disabled={locked || errors.length > 0}>
            Generate CSR
          </Button>
          <Link to={home} asChild>
            <Button component="a" variant="default" size="sm">
              Cancel
            </Button>
          </Link>
          {errors.length > 0 && (
            <span className="tg-field-error">
              {errors.length === 1 ? 'One field needs' : `${errors.length} fields need`} attention first.
            </span>
          )}
        </div>
      </div>
      <aside className="tg-aside" aria-label="Preview of the request">
        <Panel title="What the request will hold">
          <QueryView query={preview} rows={8}>
            {(data) => <CsrPreviewPanel preview={data} />}
          </QueryView>
        </Panel>
      </aside>
    </form>
  );
}
