/** `tollgate zone` and `tollgate peer`: zones and the certificates of their peers from the command line. */
import type { Command } from '../../lib/command.ts';
import { accessRuleCommands } from './access-rules/access-rule-commands.ts';
import { checkCommands } from './checks/check-commands.ts';
import { peerCommands } from './peers/peer-commands.ts';
import { zoneCommands } from './zone-commands.ts';

export const zonesCommands: readonly Command[] = [
  ...zoneCommands,
  ...accessRuleCommands,
  ...checkCommands,
  ...peerCommands,
];
