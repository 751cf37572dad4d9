/** The command lines of one client at a time, to copy. */
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { CopyButton } from '../../components/copy-button.tsx';
import { TextBlock } from '../../components/text-block.tsx';
import type { ClientCommand } from './client-commands.ts';

/** Long lines are broken for the eye; what is copied is not. */
export function ClientCommandsView({ commands }: { readonly commands: readonly ClientCommand[] }) {
  const [client, setClient] = useState(commands[0]?.client ?? '');
  const shown = commands.find((one) => one.client === client);
  return (
    <div className="tg-stack">
      <div style={{ overflowX: 'auto' }}>
        <SegmentedControl
          aria-label="Client"
          size="xs"
          data={commands.map((one) => one.client)}
          value={client}
          onChange={setClient}
        />
      </div>
      {shown && (
        <div className="tg-stack" style={{ gap: 4 }}>
          <div className="tg-actions" style={{ justifyContent: 'space-between' }}>
            <strong className="tg-small">With {client}</strong>
            <CopyButton text={shown.command} what={`the command: With ${client}`} />
          </div>
          <TextBlock label={`With ${client}`} text={shown.command} wrap />
          <div className="tg-dim tg-small">{shown.note}</div>
        </div>
      )}
    </div>
  );
}
