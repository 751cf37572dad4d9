/** Every command by its first word. A feature's module is loaded when one of its words is used, so start stays fast. */
import type { Command } from '../lib/command.ts';

export interface CommandGroup {
  readonly words: readonly string[];
  load(): Promise<readonly Command[]>;
}

/** In the order of the help text. A new feature adds its line here. */
export const commandTable: readonly CommandGroup[] = [
  {
    words: ['settings'],
    load: async () => (await import('../features/settings/commands.ts')).settingsCommands,
  },
  {
    words: ['trusted-ca'],
    load: async () => (await import('../features/trusted-ca/commands.ts')).trustedCaCommands,
  },
  {
    words: ['user', 'token'],
    load: async () => (await import('../features/access/commands.ts')).accessCommands,
  },
  {
    words: ['audit'],
    load: async () => (await import('../features/audit/commands.ts')).auditCommands,
  },
];
