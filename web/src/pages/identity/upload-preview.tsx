/** What an upload holds and what was found, before anything is served. */
import { Button, Checkbox, Collapse } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, type UploadPreview } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { ChainDiagram } from '../../components/drawings/chain-diagram.tsx';
import { LifeLine } from '../../components/drawings/life-line.tsx';
import { Facts } from '../../components/facts.tsx';
import { Icon } from '../../components/icons.tsx';
import { NameList } from '../../components/name-list.tsx';
import { Notice, StateMark } from '../../components/notice.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { withPlainDates } from '../../components/time.tsx';
import { unwrap } from '../../transport.ts';
import { useRefreshIdentities } from './changes.ts';
import { keyWords, usageWords } from './words.ts';

const keySources = {
  uploaded: 'The key that was uploaded',
  'pending-csr': 'The key generated with the CSR',
  current: 'The key in use now, re-used',
} as const;

interface UploadPreviewProps {
  readonly preview: UploadPreview;
  readonly onBack: () => void;
  readonly onDone: () => void;
}

/** Warnings first, then the certificate, its chain, every check, and the button that serves it. */
export function UploadPreviewView({ preview, onBack, onDone }: UploadPreviewProps) {
  const { certificate, warnings, notes } = preview;
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    top.current?.focus({ preventScroll: true });
    top.current?.scrollIntoView({ block: 'center' });
  }, []);
  return (
    <div className="tg-stack">
      <div ref={top} tabIndex={-1} className="tg-visually-hidden">
        What was found in the upload
      </div>
      {warnings.length === 0 ? (
        <Notice tone="ok" title="Nothing to object to." />
      ) : (
        warnings.map((warning) => (
          <Notice key={`${warning.code}|${warning.detail}`} tone="warning" title={withPlainDates(warning.detail)}>
            {warning.hint}
            {warning.affected.length > 0 && (
              <div style={{ marginTop: 4 }}>
                <NameList names={warning.affected} label="Affected" missing />
              </div>
            )}
          </Notice>
        ))
      )}
      {notes.map((note) => (
        <Notice key={note} tone="note">
          {note}
        </Notice>
      ))}
      <LifeLine span={certificate} />
      <Facts
        facts={[
          ['Subject', certificate.subject],
          ['Issuer', certificate.issuer],
          ['Names', <NameList key="n" names={certificate.names.map((n) => n.text)} label="Names in the certificate" />],
          ['Key', `${keyWords(certificate.keyKind)} · ${keySources[preview.keySource]}`],
          ['Extended key usage', usageWords(certificate.extendedKeyUsage)],
          [
            'SHA-256 fingerprint',
            <code key="f" className="tg-mono">
              {certificate.fingerprintSha256}
            </code>,
          ],
        ]}
      />
      <h3 className="tg-h3">Chain that will be served</h3>
      <ChainDiagram
        chain={preview.chain.map((link) => ({ ...link, keyKind: keyWords(link.keyKind) }))}
        missingIssuer={preview.chain.some((link) => link.role === 'anchor') ? null : preview.chain.at(-1)?.issuer}
      />
      <Checks preview={preview} />
      <Confirmation preview={preview} onBack={onBack} onDone={onDone} />
    </div>
  );
}

function Checks({ preview }: { readonly preview: UploadPreview }) {
  const [opened, { toggle }] = useDisclosure(false);
  const passed = preview.checks.filter((check) => check.outcome === 'passed').length;
  return (
    <div>
      <Button variant="subtle" px={6} onClick={toggle} aria-expanded={opened}>
        {opened ? 'Hide' : 'Show'} all {preview.checks.length} checks ({passed} passed)
      </Button>
      <Collapse expanded={opened}>
        <ul className="tg-checks">
          {preview.checks.map((check) => (
            <li key={check.check}>
              <StateMark tone={check.outcome === 'passed' ? 'ok' : 'warning'}>
                {check.outcome === 'passed' ? 'Passed' : 'Warning'}
              </StateMark>
              <span>
                {check.title}
                {check.answer.length > 0 && <span className="tg-dim"> {check.answer.join(' ')}</span>}
              </span>
            </li>
          ))}
        </ul>
      </Collapse>
    </div>
  );
}

function Confirmation({ preview, onBack, onDone }: UploadPreviewProps) {
  const [append, setAppend] = useState(preview.appendable.length > 0);
  const refresh = useRefreshIdentities();
  const confirm = useMutation({
    mutationFn: (typed: string | undefined) =>
      unwrap(
        api.POST('/identities/{slot}/uploads/{previewId}/confirmation', {
          params: { path: { slot: preview.slot, previewId: preview.previewId } },
          body: { appendIssuer: append && preview.appendable.length > 0, ...(typed !== undefined && { typed }) },
        }),
      ),
    onSuccess: async (result) => {
      toast(
        result.served
          ? 'The new certificate serves from the next handshake on.'
          : `The new certificate is stored. Listeners do not serve it yet: ${result.notServed ?? 'no answer'}`,
      );
      await refresh();
      onDone();
    },
  });
  async function serve() {
    if (preview.typed === null) return confirm.mutate(undefined);
    const yes = await askPerson({
      title: 'Serve this certificate in spite of the warning?',
      body: preview.warnings.map((w) => w.detail).join(' '),
      confirm: 'Serve it',
      dangerous: true,
      typed: preview.typed,
    });
    if (yes) confirm.mutate(preview.typed);
  }
  return (
    <div className="tg-stack tg-confirm">
      {preview.appendable.length > 0 && (
        <Checkbox
          checked={append}
          onChange={(e) => setAppend(e.currentTarget.checked)}
          label={`Append ${preview.appendable.map((c) => c.commonName ?? c.subject).join(', ')} to the trusted CA list in the same step`}
          description="The issuer is in your upload but not in the list."
        />
      )}
      {confirm.isError && <ProblemNotice error={confirm.error} />}
      <div className="tg-actions">
        <Button loading={confirm.isPending} onClick={() => void serve()} leftSection={<Icon name="ok" size={14} />}>
          Confirm and serve this certificate
        </Button>
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        <span className="tg-dim tg-small">
          Open connections stay; the certificate in use now is kept for Roll back.
        </span>
      </div>
    </div>
  );
}
