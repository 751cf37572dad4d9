/** New token: what it may do, from where, for how long; then its secret, once. */

import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Token, TokenRequest } from '../../api.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Dialog } from '../../components/dialogs/dialog.tsx';
import { splitList } from '../../components/list-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { TextBlock } from '../../components/text-block.tsx';
import { useTokenChanges } from './changes.ts';

type Scope = Token['scopes'][number];

const scopeTexts: Readonly<Record<Scope, readonly [word: string, meaning: string]>> = {
  read: ['read', 'See everything an auditor sees'],
  write: ['write', 'Change settings, make requests, check uploads'],
  'security-write': ['security write', 'Serve certificates, change trust and users'],
};

/** A scope in words. */
export function scopeWords(scope: Scope): string {
  return scopeTexts[scope][0];
}

/** The dialog stays open with the secret until the person has taken it. */
export function TokenDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Token['role']>('administrator');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read']);
  const [days, setDays] = useState(90);
  const [ranges, setRanges] = useState('');
  const { create } = useTokenChanges();
  function submit(event: FormEvent) {
    event.preventDefault();
    const body: TokenRequest = { name, role, scopes: [...scopes], days, ranges: splitList(ranges) };
    create.mutate(body);
  }
  if (create.data) return <SecretDialog name={create.data.token.name} secret={create.data.secret} onClose={onClose} />;
  return (
    <Dialog onClose={onClose} title="New API token">
      <form onSubmit={submit} className="tg-form">
        <TextInput
          label="Name"
          description="What uses it, such as “backup job on host7”."
          data-autofocus
          required
          withAsterisk={false}
          autoComplete="off"
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <NativeSelect
          label="Role"
          data={['administrator', 'auditor']}
          value={role}
          onChange={(e) => setRole(e.currentTarget.value as Token['role'])}
        />
        <Checkbox.Group label="Scopes" value={[...scopes]} onChange={(value) => setScopes(value as Scope[])}>
          <div className="tg-stack" style={{ gap: 8, marginTop: 6 }}>
            {(Object.keys(scopeTexts) as Scope[]).map((scope) => (
              <Checkbox
                key={scope}
                value={scope}
                label={scopeTexts[scope][0]}
                description={scopeTexts[scope][1]}
                disabled={role === 'auditor' && scope !== 'read'}
              />
            ))}
          </div>
        </Checkbox.Group>
        <NumberField label="Valid for (days)" min={1} max={365} value={days} onChange={setDays} hideControls />
        <TextInput
          label="Only from these addresses"
          description="CIDR ranges, comma separated, such as 192.0.2.0/24. Empty: from anywhere."
          autoComplete="off"
          value={ranges}
          onChange={(e) => setRanges(e.currentTarget.value)}
        />
        {create.isError && <ProblemNotice error={create.error} />}
        <div className="tg-dialog-actions">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={name === '' || scopes.length === 0}>
            Create token
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface SecretDialogProps {
  readonly name: string;
  readonly secret: string;
  readonly onClose: () => void;
}

function SecretDialog({ name, secret, onClose }: SecretDialogProps) {
  return (
    <Dialog
      onClose={onClose}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      title={`Token ${name}`}
    >
      <div className="tg-stack">
        <Notice tone="warning" title="Copy the token now.">
          It is shown this once; the gateway keeps only a digest of it.
        </Notice>
        <TextBlock label="The token" text={secret} wrap />
        <div className="tg-dialog-actions" style={{ marginTop: 0 }}>
          <CopyButton text={secret} what="the token" />
          <Button onClick={onClose}>I have copied it</Button>
        </div>
      </div>
    </Dialog>
  );
}
