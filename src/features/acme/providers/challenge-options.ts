/** How names are proved, as options of the command line. */
import type { CommandContext, CommandOption } from '../../../lib/command.ts';
import type { ChallengeSettings } from '../schemas.ts';

type Options = Readonly<Record<string, string | boolean | undefined>>;

const keyAlgorithms = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const;

export const dnsFields: readonly CommandOption[] = [
  { flags: '--dns-server <host>', description: 'dns-01: name server that takes updates' },
  { flags: '--dns-port <port>', description: 'dns-01: its port, 53 unless told' },
  { flags: '--dns-zone <zone>', description: 'dns-01: zone to update; asked of the DNS unless told' },
  { flags: '--dns-key <name>', description: 'dns-01: name of the TSIG key' },
  { flags: '--dns-key-algorithm <algorithm>', description: 'dns-01: of the TSIG key', choices: keyAlgorithms },
  {
    flags: '--dns-secret <file>',
    description: 'dns-01: file with the TSIG key in base64 or the bearer token, - for standard input; "" for none',
  },
  { flags: '--dns-program <words>', description: 'dns-01: program and arguments, with commas between' },
  { flags: '--dns-webhook <url>', description: 'dns-01: https URL that is told by POST' },
  { flags: '--dns-webhook-ca <file>', description: 'dns-01: CA file (PEM) of that URL; public CAs unless told' },
];

/**
 * The settings as a whole, as the API takes them; undefined when nothing of it was named. What was not named stays as
 * `known` has it while the way of proving is the same; an empty text empties a field.
 */
export async function challengeOf(
  context: Pick<CommandContext, 'readInput' | 'readSecret'>,
  options: Options,
  known: ChallengeSettings | undefined,
): Promise<object | undefined> {
  const named = Object.keys(options).some((name) => name.startsWith('dns') && options[name] !== undefined);
  const type = options['challenge'] ?? (named ? 'dns-01' : undefined);
  if (type !== 'dns-01') return type === undefined ? undefined : { type };
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined);
  const before = known?.type === 'dns-01' ? known : undefined;
  const method = methodOf(text) ?? before?.method ?? 'rfc2136';
  const file = text('dnsSecret');
  const ca = text('dnsWebhookCa');
  const fields = {
    program: text('dnsProgram')?.split(','),
    url: text('dnsWebhook'),
    caPem: ca ? Buffer.from(await context.readInput(ca)).toString('utf8') : ca,
    server: text('dnsServer'),
    port: text('dnsPort') && Number(text('dnsPort')),
    zone: text('dnsZone'),
    keyName: text('dnsKey'),
    keyAlgorithm: text('dnsKeyAlgorithm'),
    secret: file ? await context.readSecret(file, 'Secret') : file === '' ? null : undefined,
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const all = { ...(before?.method === method ? before : {}), type, method, ...Object.fromEntries(given) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

function methodOf(text: (name: string) => string | undefined): 'exec' | 'webhook' | 'rfc2136' | undefined {
  if (text('dnsProgram') !== undefined) return 'exec';
  if (text('dnsWebhook') !== undefined) return 'webhook';
  return text('dnsServer') === undefined ? undefined : 'rfc2136';
}

export function challengeText(challenge: ChallengeSettings): string {
  if (challenge.type !== 'dns-01') return challenge.type;
  if (challenge.method === 'exec') return `dns-01 by the program ${challenge.program.join(' ')}`;
  if (challenge.method === 'webhook') return `dns-01 by the webhook ${challenge.url}`;
  const { server, port = 53, zone, keyName, keyAlgorithm = 'hmac-sha256' } = challenge;
  const key = keyName === undefined ? 'no key' : `key ${keyName} (${keyAlgorithm})`;
  return `dns-01 by updates at ${server} port ${port}, ${zone === undefined ? 'zone asked of the DNS' : `zone ${zone}`}, ${key}`;
}
