/** Upload new certificate: files in, a preview of what is found, then the confirmation. */
import { Button, Checkbox, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, type IdentityView, type UploadPreview } from '../../api.ts';
import { useUnsavedGuard } from '../../components/dialogs/unsaved.ts';
import { encodeFile, FileField } from '../../components/file-field.tsx';
import { Icon } from '../../components/icons.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { toProblem } from '../../problem.ts';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { UploadPreviewView } from './upload-preview.tsx';
import { slotWords } from './words.ts';

const none: readonly File[] = [];

/** Nothing is served before the preview was confirmed. */
export function UploadPanel({ identity }: { readonly identity: IdentityView }) {
  const { slot } = identity;
  const words = slotWords(slot);
  const mayChange = useMayChange();
  const pending = identity.pendingCsr !== null;
  const [certificates, setCertificates] = useState(none);
  const [keys, setKeys] = useState(none);
  const [reuseKey, setReuseKey] = useState(false);
  const [password, setPassword] = useState('');
  const [preview, setPreview] = useState<UploadPreview>();
  useUnsavedGuard(certificates.length + keys.length > 0, 'the upload');

  const check = useMutation({
    mutationFn: async (force: boolean) => {
      const files = await Promise.all([...certificates, ...(pending || reuseKey ? none : keys)].map(encodeFile));
      const body = { files, reuseKey, force, ...(password !== '' && { password }) };
      return unwrap(api.POST('/identities/{slot}/uploads', { params: { path: { slot } }, body }));
    },
    onSuccess: setPreview,
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    check.mutate(false);
  }
  function startAgain() {
    setPreview(undefined);
    setCertificates(none);
    setKeys(none);
    setPassword('');
    setReuseKey(false);
    check.reset();
  }
  if (!mayChange) return null;
  if (preview)
    return (
      <Panel title="Upload new certificate: check before it is served" anchor="upload">
        <UploadPreviewView preview={preview} onBack={() => setPreview(undefined)} onDone={startAgain} />
      </Panel>
    );
  const problem = check.error ? toProblem(check.error) : null;
  const askPassword =
    certificates.some((file) => /\.(p12|pfx)$/i.test(file.name)) || /password|pkcs12/.test(problem?.code ?? '');
  return (
    <Panel title="Upload new certificate" anchor="upload">
      <form onSubmit={submit} className="tg-form">
        <div className="tg-columns">
          {pending ? (
            <div className="tg-field">
              <strong style={{ fontWeight: 500 }}>{words.keyFile}</strong>
              <span className="tg-dim">
                System will use the private key file generated at the same time as the CSR.
              </span>
            </div>
          ) : (
            <div className="tg-stack" style={{ gap: 8 }}>
              {reuseKey ? (
                <div className="tg-field">
                  <strong style={{ fontWeight: 500 }}>{words.keyFile}</strong>
                  <span className="tg-dim">The private key in use stays; no key file is needed.</span>
                </div>
              ) : (
                <FileField
                  label={words.keyFile}
                  description="PEM or DER, not password protected. Not needed when it is inside the PKCS#12 file."
                  files={keys}
                  onChange={setKeys}
                  accept=".pem,.key,.der"
                />
              )}
              {identity.active && (
                <Checkbox
                  label="Re-use current private key"
                  description="For a certificate that was re-issued for the key in use."
                  checked={reuseKey}
                  onChange={(e) => setReuseKey(e.currentTarget.checked)}
                />
              )}
            </div>
          )}
          <FileField
            label={words.certificateFile}
            description="PEM, DER, PKCS#7 or PKCS#12; the chain may be in the same file or in further files, in any order."
            files={certificates}
            onChange={setCertificates}
            multiple
            accept=".pem,.crt,.cer,.der,.p7b,.p7c,.p12,.pfx"
          />
        </div>
        {askPassword && (
          <PasswordInput
            label="Password of the PKCS#12 file"
            autoComplete="off"
            maw={360}
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
          />
        )}
        {problem && <ProblemNotice error={problem} />}
        <div className="tg-actions">
          <Button
            type="submit"
            loading={check.isPending}
            disabled={certificates.length === 0}
            leftSection={<Icon name="upload" size={14} />}
          >
            {words.upload}
          </Button>
          {problem && isExpired(problem) && (
            <Button variant="default" onClick={() => check.mutate(true)} loading={check.isPending}>
              Upload although it has expired
            </Button>
          )}
          <span className="tg-dim tg-small">First you see what was found; nothing changes until you confirm.</span>
        </div>
      </form>
    </Panel>
  );
}

/** Only an expired certificate can be forced, and only when nothing else is wrong with it. */
function isExpired(problem: { readonly code: string; readonly errors: readonly { code?: string }[] }): boolean {
  const codes = problem.errors.length > 0 ? problem.errors.map((e) => e.code ?? '') : [problem.code];
  return codes.every((code) => code.includes('expired'));
}
