/** Asks for a server to call: host and port, SIP or not. */
import { Button, Checkbox, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { RemoteRequest } from '../../api.ts';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { type Purpose, PurposeFields, splitNames } from './purpose-fields.tsx';

interface RemoteQuestionProps {
  readonly busy: boolean;
  readonly error: unknown;
  readonly onAsk: (request: RemoteRequest) => void;
}

export function RemoteQuestion({ busy, error, onAsk }: RemoteQuestionProps) {
  const [target, setTarget] = useState('');
  const [sip, setSip] = useState(true);
  const [purpose, setPurpose] = useState<Purpose>('sip-server');
  const [names, setNames] = useState('');

  function submit(event: FormEvent) {
    event.preventDefault();
    const expected = splitNames(names);
    onAsk({ target: target.trim(), sip, purpose, ...(expected.length > 0 && { names: expected }) });
  }
  return (
    <Panel title="Which server">
      <form onSubmit={submit} className="tg-form">
        <TextInput
          label="Host and port"
          description={`Port ${sip ? 5061 : 443} unless another is given.`}
          placeholder={sip ? 'sip.example.com:5061' : 'www.example.com:443'}
          spellCheck={false}
          required
          value={target}
          onChange={(e) => setTarget(e.currentTarget.value)}
        />
        <Checkbox
          label="It is a SIP server"
          description="Sends OPTIONS, shows its answer, and compares names as SIP does (RFC 5922)."
          checked={sip}
          onChange={(e) => {
            setSip(e.currentTarget.checked);
            setPurpose(e.currentTarget.checked ? 'sip-server' : 'https-server');
          }}
        />
        <PurposeFields
          purpose={purpose}
          onPurpose={setPurpose}
          names={names}
          onNames={setNames}
          namesHelp="One is enough; the host unless told."
        />
        {Boolean(error) && <ProblemNotice error={error} />}
        <div className="tg-actions">
          <Button type="submit" loading={busy} disabled={target.trim() === ''}>
            Connect and verify
          </Button>
          <span className="tg-dim tg-small">Called by this gateway, for ten seconds at most.</span>
        </div>
      </form>
    </Panel>
  );
}
