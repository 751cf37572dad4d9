/** `tollgate private-ca settings`. */
import type { z } from 'zod';
import type { Command } from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';
import type { settingsView } from './schemas.ts';

type Settings = z.output<typeof settingsView>;

const onOff = ['on', 'off'] as const;

export const settingsCommands: readonly Command[] = [
  {
    path: ['private-ca', 'settings'],
    summary: 'Show or change the addresses that stand in certificates',
    options: [
      { flags: '--public-url <url>', description: "http://pki.example.com; an empty text: the gateway's own" },
      { flags: '--crl-url <state>', description: 'certificates name their CRL', choices: onOff },
      { flags: '--ocsp-url <state>', description: 'certificates name the OCSP responder', choices: onOff },
      {
        flags: '--issuer-url <state>',
        description: 'certificates name where that of the authority is',
        choices: onOff,
      },
    ],
    examples: ['tollgate private-ca settings --public-url http://pki.example.com'],
    async run(context, _args, options) {
      const path = '/private-ca/settings';
      const before = (await context.call('GET', path)) as Settings;
      const url = options['publicUrl'];
      const switches = (['crlUrl', 'ocspUrl', 'issuerUrl'] as const).filter((key) => typeof options[key] === 'string');
      const patch = {
        ...(typeof url === 'string' && { publicUrl: url }),
        ...Object.fromEntries(switches.map((key) => [key, options[key] === 'on'])),
      };
      const changed = Object.keys(patch).length > 0;
      const body = { version: before.version, ...patch };
      const settings = changed ? ((await context.call('PATCH', path, body)) as Settings) : before;
      context.print(settings, () => settingsText(settings));
    },
  },
];

function settingsText({ effectiveUrl, publicUrl, crlUrl, ocspUrl, issuerUrl }: Settings): string {
  const named = Object.entries({ CRL: crlUrl, 'OCSP responder': ocspUrl, 'authority certificate': issuerUrl });
  const list = named.flatMap(([name, on]) => (on ? [name] : [])).join(', ');
  const address = effectiveUrl === '' ? 'none: the gateway has no name yet' : printable(effectiveUrl);
  return `Public address: ${address}${publicUrl === '' ? " (the gateway's own)" : ''}\nNamed in certificates: ${list || 'nothing'}`;
}
