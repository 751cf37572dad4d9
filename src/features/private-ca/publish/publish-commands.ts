/** `tollgate private-ca publishing`, `publish`. */
import type { z } from 'zod';
import type { Command } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';
import type { publicationView, publishingView, publishSettingsView } from './publish-schemas.ts';

type Publishing = z.output<typeof publishingView>;
type Publication = z.output<typeof publicationView>;
type Settings = z.output<typeof publishSettingsView>;

const path = '/private-ca/publishing';
const numberOptions = [
  ...(['crlHours', 'passphraseCrlDays', 'ocspHours'] as const),
  ...(['connections', 'connectionsPerAddress', 'signaturesPerSecond'] as const),
];

export const publishCommands: readonly Command[] = [
  {
    path: ['private-ca', 'publishing'],
    summary: 'What is published: CRLs, OCSP responders, and the process that serves them',
    examples: ['tollgate private-ca publishing'],
    async run(context) {
      const state = (await context.call('GET', path)) as Publishing;
      context.print(state, () => stateText(state));
    },
  },
  {
    path: ['private-ca', 'publish'],
    summary: 'Publish every CRL of an authority anew, now',
    arguments: [{ name: '<id>', description: 'Id of the authority, or its beginning' }],
    options: [{ flags: '--passphrase-file <file>', description: 'passphrase of the key, where it is under one' }],
    examples: ['tollgate private-ca publish 5f', 'tollgate private-ca publish 5f --passphrase-file root.pass'],
    async run(context, [given], options) {
      const { authorities } = (await context.call('GET', path)) as Publishing;
      const found = authorities.filter(({ authority }) => authority.startsWith(String(given).toLowerCase()));
      const [one] = found;
      const id = found.length === 1 && one !== undefined ? one.authority : String(given);
      const file = options['passphraseFile'];
      const needed = one?.key === 'passphrase' && found.length === 1;
      const passphrase = needed
        ? await context.readSecret(typeof file === 'string' ? file : undefined, `Passphrase of ${printable(one.label)}`)
        : undefined;
      const body = passphrase === undefined ? {} : { passphrase };
      const published = (await context.call('POST', `${path}/${encodeURIComponent(id)}`, body)) as Publication;
      context.print(published, () => publicationText(published));
    },
  },
  {
    path: ['private-ca', 'publishing', 'settings'],
    summary: 'Show or change how long CRLs and OCSP answers hold, and how much may be asked for at once',
    options: [
      { flags: '--crl-hours <number>', description: 'how long a CRL holds' },
      { flags: '--passphrase-crl-days <number>', description: 'the same for keys under a passphrase' },
      { flags: '--immediately <state>', description: 'a revocation is in a CRL at once', choices: ['on', 'off'] },
      { flags: '--ocsp-hours <number>', description: 'how long an OCSP answer holds' },
      { flags: '--connections <number>', description: 'connections at once' },
      { flags: '--connections-per-address <number>', description: 'the same from one address or IPv6 /64' },
      { flags: '--signatures-per-second <number>', description: 'OCSP answers signed because none was in memory' },
    ],
    examples: [
      'tollgate private-ca publishing settings --crl-hours 24',
      'tollgate private-ca publishing settings --connections-per-address 2000',
    ],
    async run(context, _args, options) {
      const before = (await context.call('GET', `${path}/settings`)) as Settings;
      const numbers = numberOptions.filter((key) => key in options);
      const patch = {
        ...Object.fromEntries(numbers.map((key) => [key, Number(options[key])])),
        ...(typeof options['immediately'] === 'string' && { immediately: options['immediately'] === 'on' }),
      };
      const changed = Object.keys(patch).length > 0;
      const body = { version: before.version, ...patch };
      const settings = changed ? ((await context.call('PATCH', `${path}/settings`, body)) as Settings) : before;
      context.print(settings, () => settingsText(settings));
    },
  },
];

function stateText({ address, service, authorities }: Publishing): string {
  const { state, port, reason, refused, answers } = service;
  const lost = refused === 0 ? '' : `; ${refused} connections refused, there were too many`;
  const running = `runs on port ${port}, ${answers.ocsp} OCSP answers and ${answers.files} files so far${lost}`;
  const words = {
    off: 'off: there is no authority yet',
    starting: 'is starting',
    running,
    failed: `does not run: ${reason}`,
  };
  return [
    `Address: ${address === '' ? 'none: the gateway has no name yet' : printable(address)}`,
    `Service: ${printable(words[state])}`,
    ...authorities.map(publicationText),
  ].join('\n');
}

function publicationText({ authority, label, crls, responder, progress, failure }: Publication): string {
  return [
    `${authority}  ${printable(label)}`,
    ...crls.map(
      ({ number, entries, bytes, nextUpdate, path: where }) =>
        `  CRL ${number}, ${entries} entries, ${bytes} bytes, until ${nextUpdate}, ${where}`,
    ),
    ...(crls.length === 0 ? ['  no CRL published'] : []),
    responder === null ? '  no OCSP answers' : `  OCSP answers signed until ${responder.notAfter}`,
    ...(progress === null ? [] : [`  ${progress.step}: ${progress.entries} of ${progress.total} entries`]),
    ...(failure === null ? [] : [`  failed: ${printable(failure)}`]),
  ].join('\n');
}

function settingsText(settings: Settings): string {
  const { crlHours, passphraseCrlDays, immediately, ocspHours } = settings;
  return [
    `CRLs hold ${crlHours} hours, those of keys under a passphrase ${passphraseCrlDays} days; renewed after half of that.`,
    immediately ? 'A revocation is in a CRL at once.' : 'A revocation waits for the next regular CRL.',
    `OCSP answers hold ${ocspHours} hours; at most ${settings.signaturesPerSecond} a second are signed when asked for.`,
    `At most ${settings.connections} connections at once, ${settings.connectionsPerAddress} from one address.`,
  ].join('\n');
}
