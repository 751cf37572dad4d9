/** `tollgate peer`: what peers have presented, and what will become of it. */
import type { Command } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';

interface PeerAnswer {
  readonly fingerprint: string;
  readonly subject: string;
  readonly names: readonly string[];
  readonly zoneName: string;
  readonly address: string;
  readonly lastSeen: string;
  readonly notAfter: string;
  readonly accepted: boolean;
  readonly code: string;
  readonly forecast: { readonly words: readonly string[] };
}

export const peerCommands: readonly Command[] = [
  {
    path: ['peer', 'list'],
    summary: 'List the certificates that peers have presented, last seen first',
    arguments: [{ name: '[words...]', description: 'Of subject, issuer, names, address or fingerprint' }],
    examples: ['tollgate peer list', 'tollgate peer list partner.example'],
    async run(context, [words]) {
      const search = Array.isArray(words) ? words.join(' ') : '';
      const answer = (await context.call('GET', `/peers?search=${encodeURIComponent(search)}`)) as {
        peers: readonly PeerAnswer[];
        total: number;
      };
      context.print(answer, () =>
        [...answer.peers.map(peerText), `${answer.peers.length} of ${answer.total} certificates`].join('\n'),
      );
    },
  },
  {
    path: ['peer', 'show'],
    summary: 'Explain the last decision about a peer’s certificate',
    arguments: [{ name: '<fingerprint>', description: 'As `peer list` prints it' }],
    options: [{ flags: '--decoded', description: 'The certificate too' }],
    async run(context, [fingerprint], options) {
      const answer = (await context.call('GET', `/peers/${encodeURIComponent(String(fingerprint))}`)) as {
        peer: PeerAnswer;
        text: string;
        decoded: string;
      };
      context.print(answer, () =>
        [peerText(answer.peer), '', answer.text, ...(options['decoded'] === true ? [answer.decoded] : [])].join('\n'),
      );
    },
  },
];

function peerText({
  fingerprint,
  subject,
  names,
  zoneName,
  address,
  lastSeen,
  accepted,
  code,
  forecast,
}: PeerAnswer): string {
  const verdict = accepted ? 'accepted' : `refused ${code}`;
  return [
    `${fingerprint}  ${printable(names[0] ?? subject)}`,
    `    ${verdict} in ${zoneName === '' ? 'no zone' : printable(zoneName)}, from ${address}, last ${lastSeen}`,
    `    ${forecast.words.join(' ')}`,
  ].join('\n');
}
