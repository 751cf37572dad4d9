/** Every command by its first word. A feature's module is loaded when one of its words is used, so start stays fast. */
import type { Command } from '../lib/command.ts';

export interface CommandGroup {
  readonly words: readonly string[];
  load(): Promise<readonly Command[]>;
}

/** In the order of the help text. A new feature adds its line here. */
export const commandTable: readonly CommandGroup[] = [
  {
    words: ['identity'],
    load: async () => (await import('../features/identity/commands.ts')).identityCommands,
  },
  {
    words: ['settings'],
    load: async () => (await import('../features/settings/commands.ts')).settingsCommands,
  },
  {
    words: ['trusted-ca', 'trust-set'],
    load: async () => (await import('../features/trusted-ca/commands.ts')).trustedCaCommands,
  },
  {
    words: ['revocation'],
    load: async () => (await import('../features/revocation/commands.ts')).revocationCommands,
  },
  {
    words: ['acme'],
    load: async () => (await import('../features/acme/commands.ts')).acmeCommands,
  },
  {
    words: ['acme-server'],
    load: async () => (await import('../features/acme-server/commands.ts')).acmeServerCommands,
  },
  {
    words: ['private-ca'],
    load: async () => (await import('../features/private-ca/commands.ts')).privateCaCommands,
  },
  {
    words: ['zone', 'peer'],
    load: async () => (await import('../features/zones/commands.ts')).zonesCommands,
  },
  {
    words: ['status', 'alarms'],
    load: async () => (await import('../features/alarms/commands.ts')).alarmsCommands,
  },
  {
    words: ['verify'],
    load: async () => (await import('../features/verification/commands.ts')).verificationCommands,
  },
  {
    words: ['decode', 'convert', 'match', 'chain'],
    load: async () => (await import('../features/tools/commands.ts')).toolsCommands,
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
