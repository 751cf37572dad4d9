/** The command lines of one client at a time, to copy. */
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { CommandBox } from '../identity/command-box.tsx';
import type { ClientCommand } from './client-commands.ts';

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
      {shown && <CommandBox key={client} title={`With ${client}`} command={shown.command} note={shown.note} />}
    </div>
  );
}
