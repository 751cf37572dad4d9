/** The tools on the command line: they work on files of this machine and need no gateway. */
import { rootCertificates } from 'node:tls';
import { systemClock } from '../../lib/clock.ts';
import type { Command, CommandArguments, CommandContext, CommandOptions } from '../../lib/command.ts';
import { Problem } from '../../lib/problem.ts';
import { type Certificate, parseCertificate } from '../../pki/certificate/certificate.ts';
import { decodePem } from '../../pki/pem.ts';
import { type ConvertTarget, convertTargets } from './convert.ts';
import { unreadableFile } from './problems.ts';
import { type ChainAnswer, createTools, type DecodedFile, type InputFile, openUpload, type Tools } from './tools.ts';

const files = { name: '<files...>', description: 'files in PEM, DER, PKCS#7 or PKCS#12; - for standard input' };
const passwordFile = { flags: '--password-file <file>', description: 'file with the password of a PKCS#12 file' };

export const toolsCommands: readonly Command[] = [
  {
    path: ['decode'],
    summary: 'Show what is in certificates, requests, CRLs, OCSP answers and keys',
    arguments: [files],
    options: [passwordFile],
    examples: ['tollgate decode server.pem', 'tollgate decode store.p12 --password-file password.txt'],
    local: true,
    async run(context, args, options) {
      const decoded = await localTools([]).decode(...(await inputs(context, args, options)));
      context.print(decoded, () => decoded.map((file) => decodedText(file, decoded.length > 1)).join('\n'));
    },
  },
  {
    path: ['convert'],
    summary: 'Convert between PEM, DER, PKCS#7 and PKCS#12',
    arguments: [files],
    options: [
      { flags: '--to <format>', description: 'format to write', choices: convertTargets, default: 'pem' },
      { flags: '--out <file>', description: 'file to write, which must not exist; standard output unless given' },
      { flags: '--out-password-file <file>', description: 'file with the password for the PKCS#12 file to write' },
      { flags: '--legacy', description: 'PKCS#12 with SHA-1 and 3DES, for old programs' },
      passwordFile,
    ],
    examples: [
      'tollgate convert server.cer --out server.pem',
      'tollgate convert chain.p7b',
      'tollgate convert server.pem key.pem --to pkcs12 --out server.p12 --out-password-file password.txt',
    ],
    local: true,
    async run(context, args, options) {
      const [given, password] = await inputs(context, args, options);
      const outPassword = await readPassword(context, options['outPasswordFile']);
      const converted = await localTools([]).convert(
        given,
        {
          to: options['to'] as ConvertTarget,
          keys: true,
          legacy: options['legacy'] === true,
          ...(outPassword === undefined ? {} : { password: outPassword }),
        },
        password,
      );
      const out = options['out'];
      if (typeof out !== 'string') return context.writeOutput(converted.content);
      await context.writeOutput(converted.content, out);
      const { notes } = converted;
      context.print({ file: out, notes }, () => [`Written to ${out}.`, ...notes].join('\n'));
    },
  },
  {
    path: ['match'],
    summary: 'Say whether a key belongs to a certificate or request',
    arguments: [files],
    options: [passwordFile],
    examples: ['tollgate match key.pem server.pem'],
    local: true,
    async run(context, args, options) {
      const answer = await localTools([]).match(...(await inputs(context, args, options)));
      if (!answer.matches) {
        const hint = 'Look for the key that was made together with the request for this certificate.';
        throw new Problem({ code: 'tools.no-match', status: 422, title: 'No match', detail: answer.words, hint });
      }
      context.print(answer, () => answer.words);
    },
  },
  {
    path: ['chain'],
    summary: 'Put a chain in order, complete it and explain it',
    arguments: [files],
    options: [
      { flags: '--trusted <file>', description: 'CA certificates to end at, instead of the public roots' },
      { flags: '--out <file>', description: 'write the chain there, leaf first, without the root' },
      passwordFile,
    ],
    examples: ['tollgate chain server.pem intermediates.pem', 'tollgate chain server.pem --trusted our-ca.pem'],
    local: true,
    async run(context, args, options) {
      const [given, password] = await inputs(context, args, options);
      const answer = await localTools(await trustedCertificates(context, options['trusted'])).chain(given, password);
      if (typeof options['out'] === 'string') await context.writeOutput(answer.pem, options['out']);
      context.print(answer, () => chainText(answer));
    },
  },
];

function localTools(trusted: readonly Certificate[]): Tools {
  return createTools({ clock: systemClock, trusted: async () => trusted });
}

async function inputs(
  context: CommandContext,
  [paths = []]: CommandArguments,
  options: CommandOptions,
): Promise<[InputFile[], string | undefined]> {
  const given: InputFile[] = [];
  for (const path of [paths].flat() as string[]) given.push({ name: path, content: await context.readInput(path) });
  return [given, await readPassword(context, options['passwordFile'])];
}

/** The first line of a file, so that no password stands in the process list. */
async function readPassword(context: CommandContext, path: string | boolean | undefined): Promise<string | undefined> {
  return typeof path === 'string' ? context.readSecret(path, 'Password') : undefined;
}

async function trustedCertificates(
  context: CommandContext,
  path: string | boolean | undefined,
): Promise<readonly Certificate[]> {
  if (typeof path === 'string') {
    const found = await openUpload(await context.readInput(path), { what: 'ca-bundle' });
    if (!found.ok) throw unreadableFile(path, found.error);
    return found.value.certificates;
  }
  return rootCertificates.flatMap((pem) => {
    const blocks = decodePem(pem);
    const parsed = blocks.ok ? parseCertificate(blocks.value[0]!.der) : blocks;
    return parsed.ok ? [parsed.value] : [];
  });
}

function decodedText(file: DecodedFile, several: boolean): string {
  const lines = several ? [`== ${file.name}`] : [];
  for (const object of file.objects) {
    if (object.kind === 'private-key') lines.push('A private key; this is its public half:');
    lines.push(object.text.trimEnd(), ...object.remarks.map((remark) => `Remark: ${remark}`));
  }
  return [...lines, ...file.notes.map((note) => `Note: ${note}`)].join('\n');
}

function chainText(answer: ChainAnswer): string {
  const links = answer.links.map((link, i) => `${i + 1}. ${link.words}`);
  return [answer.summary, ...links, ...answer.remarks.map((remark) => `- ${remark}`)].join('\n');
}
