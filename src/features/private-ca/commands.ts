/** `tollgate private-ca`. */
import type { Command } from '../../lib/command.ts';
import { authorityCommands } from './authority/authority-commands.ts';
import { folderCommands } from './demo-ca/folder-commands.ts';
import { issueCommands } from './issue/issue-commands.ts';
import { issuedCommands } from './issued/issued-commands.ts';
import { publishCommands } from './publish/publish-commands.ts';
import { settingsCommands } from './settings-commands.ts';
import { templateCommands } from './template/template-commands.ts';

export const privateCaCommands: readonly Command[] = [
  ...authorityCommands,
  ...issueCommands,
  ...issuedCommands,
  ...templateCommands,
  ...folderCommands,
  ...publishCommands,
  ...settingsCommands,
];
