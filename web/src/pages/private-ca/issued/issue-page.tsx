/** Issue a certificate: a request, a template, a look at what would come out, then the certificate. */
import { Button, Checkbox, PasswordInput, SegmentedControl, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link, useSearch } from 'wouter';
import {
  type Authority,
  api,
  type IssuedAnswer,
  type IssuePreview,
  type IssueRequest,
  type Template,
} from '../../../api.ts';
import { CopyButton } from '../../../components/copy-button.tsx';
import { useUnsavedGuard } from '../../../components/dialogs/unsaved.ts';
import { DownloadButton } from '../../../components/download-button.tsx';
import { Facts } from '../../../components/facts.tsx';
import { encodeFile, FileField } from '../../../components/file-field.tsx';
import { NameList } from '../../../components/name-list.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { Empty, QueryView } from '../../../components/query-view.tsx';
import { TextBlock } from '../../../components/text-block.tsx';
import { momentText, When } from '../../../components/time.tsx';
import { useIdentities } from '../../../queries.ts';
import { useMayChange } from '../../../session.ts';
import { unwrap } from '../../../transport.ts';
import { slotPath } from '../../identity/slot-path.ts';
import { confirm2050 } from '../confirm-2050.ts';
import { useAuthorities, useRefresh, useTemplates } from '../private-ca-queries.ts';
import { certificatePath } from './issued-words.ts';

/** The page below Private CA; `?authority=` chooses who signs. */
export function IssuePage() {
  const templates = useTemplates();
  const authorities = useAuthorities();
  return (
    <Page
      title="Issue a certificate"
      back={{ to: '/security/private-ca', label: 'Private CA' }}
      intro="The template decides what the certificate says; from the request come the public key and, as far as the template allows, names and subject."
    >
      <QueryView query={templates} rows={6}>
        {(offered) => (
          <QueryView query={authorities} rows={6}>
            {(all) => (
              <IssueForm
                templates={offered}
                authorities={all.filter((one) => one.state === 'active' && one.key !== 'none')}
              />
            )}
          </QueryView>
        )}
      </QueryView>
    </Page>
  );
}

const byDefault = '';

interface IssueFormProps {
  readonly templates: readonly Template[];
  /** Those that can sign. */
  readonly authorities: readonly Authority[];
}

function IssueForm({ templates, authorities }: IssueFormProps) {
  const asked = new URLSearchParams(useSearch()).get('authority') ?? byDefault;
  const slots = usePendingSlots();
  const [from, setFrom] = useState<'file' | 'slot'>('file');
  const [files, setFiles] = useState<readonly File[]>([]);
  const [slot, setSlot] = useState('');
  const [template, setTemplate] = useState('web-client-server');
  const [authority, setAuthority] = useState(asked);
  const [deploy, setDeploy] = useState(true);
  const [passphrase, setPassphrase] = useState('');
  const mayChange = useMayChange();
  const refresh = useRefresh();
  const signer = authorities.find(({ id, isDefault }) => (authority === byDefault ? isDefault : id === authority));
  const needsPassphrase = signer?.key === 'passphrase';

  async function request(): Promise<Omit<IssueRequest, 'deploy'>> {
    const source = from === 'slot' ? { slot } : { csr: files[0] && (await encodeFile(files[0])).content };
    return { template, ...source, ...(authority !== byDefault && { authority }) };
  }
  const preview = useMutation({
    mutationFn: async () => unwrap(api.POST('/private-ca/previews', { body: await request() })),
  });
  const issue = useMutation({
    mutationFn: () =>
      confirm2050(async (confirmed) =>
        unwrap(
          api.POST('/private-ca/certificates', {
            body: {
              ...(await request()),
              deploy: from === 'slot' && deploy,
              ...(needsPassphrase && { passphrase }),
              ...confirmed,
            },
          }),
        ),
      ),
    onSuccess: async (made) => {
      if (made === undefined) return;
      setPassphrase('');
      await refresh();
    },
  });
  useUnsavedGuard(files.length > 0 && !issue.data, 'the request');
  const ready = from === 'slot' ? slot !== '' : files.length > 0;
  function changed() {
    preview.reset();
    issue.reset();
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    issue.reset();
    preview.mutate();
  }
  const chosen = templates.find(({ name }) => name === template);
  if (authorities.length === 0)
    return (
      <Empty title="There is no CA that can issue.">
        Create a root and an intermediate first: <Link to="/security/private-ca">Private CA</Link>.
      </Empty>
    );
  return (
    <>
      <Panel title="Request">
        <form className="tg-form" onSubmit={submit} aria-label="Request">
          <SegmentedControl
            aria-label="Where the request comes from"
            data={[
              { value: 'file', label: 'A file' },
              { value: 'slot', label: 'This gateway' },
            ]}
            value={from}
            onChange={(value) => {
              setFrom(value as typeof from);
              changed();
            }}
          />
          {from === 'file' ? (
            <FileField
              label="Certificate signing request"
              description="PEM or DER (PKCS#10)"
              files={files}
              onChange={(some) => {
                setFiles(some);
                changed();
              }}
              accept=".csr,.req,.pem,.der,.p10"
            />
          ) : (
            <Select
              label="Certificate with a pending CSR"
              description={slots.length === 0 ? 'None has one: generate a CSR on the page of a certificate first.' : ''}
              data={slots}
              value={slot || null}
              onChange={(value) => {
                setSlot(value ?? '');
                changed();
              }}
            />
          )}
          <div className="tg-columns tg-columns-narrow">
            <Select
              label="Template"
              description={chosen && (chosen.description || `${chosen.days} days`)}
              data={templates.map(({ name, title }) => ({ value: name, label: title }))}
              allowDeselect={false}
              value={template}
              onChange={(value) => {
                setTemplate(value ?? template);
                changed();
              }}
            />
            <Select
              label="Signed by"
              data={[
                { value: byDefault, label: 'The authority that issues by default' },
                ...authorities.map(({ id, label }) => ({ value: id, label })),
              ]}
              allowDeselect={false}
              value={authority}
              onChange={(value) => {
                setAuthority(value ?? byDefault);
                changed();
              }}
            />
          </div>
          {preview.isError && <ProblemNotice error={preview.error} />}
          <div className="tg-actions">
            <Button type="submit" variant="default" disabled={!ready} loading={preview.isPending}>
              Preview
            </Button>
          </div>
        </form>
      </Panel>
      {preview.data && (
        <PreviewPanel preview={preview.data}>
          {from === 'slot' && (
            <Checkbox
              label="Deploy at once"
              description="Otherwise it waits on the page of the certificate."
              checked={deploy}
              onChange={(e) => setDeploy(e.currentTarget.checked)}
            />
          )}
          {needsPassphrase && (
            <PasswordInput
              label={`Passphrase of the key of ${signer?.label}`}
              autoComplete="off"
              value={passphrase}
              onChange={(e) => setPassphrase(e.currentTarget.value)}
              visibilityToggleButtonProps={{ 'aria-label': 'Show passphrase' }}
            />
          )}
          {issue.isError && <ProblemNotice error={issue.error} />}
          {mayChange && !issue.data && (
            <div className="tg-actions">
              <Button
                loading={issue.isPending}
                disabled={needsPassphrase && passphrase === ''}
                onClick={() => issue.mutate()}
              >
                Issue certificate
              </Button>
            </div>
          )}
        </PreviewPanel>
      )}
      {issue.data && <ResultPanel issued={issue.data} slot={from === 'slot' ? slot : undefined} />}
    </>
  );
}

function PreviewPanel({ preview, children }: { readonly preview: IssuePreview; readonly children: React.ReactNode }) {
  return (
    <Panel title="What would be issued">
      <div className="tg-stack">
        <Facts
          facts={[
            ['Subject', preview.subject || 'empty'],
            ['Names', preview.names.length > 0 ? <NameList key="names" names={preview.names} label="Names" /> : 'none'],
            ['Expires', <When key="to" at={preview.notAfter} />],
          ]}
        />
        <Notes notes={preview.notes} />
        <details>
          <summary>Decoded</summary>
          <TextBlock label="Certificate as it would be issued, decoded" text={preview.text} lines={20} />
        </details>
        {children}
      </div>
    </Panel>
  );
}

function Notes({ notes }: { readonly notes: IssuePreview['notes'] }) {
  if (notes.length === 0) return null;
  return (
    <Notice tone="warning" title="Other than the request asks for">
      <ul className="tg-list">
        {notes.map(({ code, message }) => (
          <li key={`${code}|${message}`}>{message}</li>
        ))}
      </ul>
    </Notice>
  );
}

function ResultPanel({ issued, slot }: { readonly issued: IssuedAnswer; readonly slot: string | undefined }) {
  return (
    <Panel title="Issued">
      <div className="tg-stack">
        <Notice tone="ok" title={`The certificate is issued, until ${momentText(issued.notAfter)}.`} live>
          {slot !== undefined && (
            <>
              {issued.deployed ? 'It is served from the next handshake on. ' : 'It waits to be deployed. '}
              <Link to={slotPath(slot)}>Look at the certificate page</Link>
            </>
          )}
        </Notice>
        <div className="tg-actions">
          <DownloadButton fileName={`${issued.serial}.pem`} content={issued.pem} label="Certificate (PEM)" />
          <DownloadButton fileName={`${issued.serial}-chain.pem`} content={issued.chain} label="With chain (PEM)" />
          <CopyButton text={issued.chain} />
          <Link to={certificatePath(issued)}>Its record</Link>
        </div>
      </div>
    </Panel>
  );
}

/** Identities with a request that waits to be signed. */
function usePendingSlots(): { value: string; label: string }[] {
  const identities = useIdentities().data ?? [];
  return identities.filter(({ pendingCsr }) => pendingCsr !== null).map(({ slot, label }) => ({ value: slot, label }));
}
