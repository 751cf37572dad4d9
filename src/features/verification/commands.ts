/** `tollgate verify`: a decision about files of this machine or a remote server; needs no gateway. */
import { rootCertificates } from 'node:tls';
import { systemClock } from '../../lib/clock.ts';
import type { Command, CommandContext } from '../../lib/command.ts';
import { Problem } from '../../lib/problem.ts';
import { type Certificate, parseCertificate } from '../../pki/certificate/certificate.ts';
import { decodePem } from '../../pki/pem.ts';
import { createVerification } from './create-verification.ts';
import { explain, explainRemote } from './explain.ts';
import { type ProfileName, type Purpose, profileNames, purposeNames } from './purposes.ts';
import {
  type Question,
  type QuestionFile,
  readChain,
  readQuestion,
  revocationModes,
  unknownMeanings,
  useRules,
} from './question.ts';
import { type Trust, trustOf, type Verification } from './verification.ts';

type Options = Readonly<Record<string, unknown>>;

/** The options that take several values, under the names commander gives them. */
const lists = ['trust', 'untrusted', 'crl', 'ocsp', 'name', 'policy'] as const;
type Lists = Record<(typeof lists)[number], readonly string[]>;

export const verificationCommands: readonly Command[] = [
  {
    path: ['verify'],
    summary: 'Verify a certificate or a remote server, and explain the decision',
    arguments: [
      { name: '[files...]', description: 'the certificate, then its chain: PEM, DER or PKCS#7; - for standard input' },
    ],
    options: [
      { flags: '--trust <file...>', description: 'CA certificates to trust, instead of the public roots' },
      { flags: '--untrusted <file...>', description: 'further CA certificates that may stand in the path' },
      { flags: '--crl <file...>', description: 'certificate revocation lists' },
      { flags: '--ocsp <file...>', description: 'OCSP answers' },
      {
        flags: '--purpose <purpose>',
        description: 'what the certificate is for; any unless told',
        choices: purposeNames,
      },
      {
        flags: '--profile <profile>',
        description: 'how strict; the purpose decides unless told',
        choices: profileNames,
      },
      { flags: '--name <name...>', description: 'name to prove: host, IP address or sip:domain; of several any one' },
      { flags: '--at <time>', description: 'decide for this time (ISO 8601, or seconds since 1970) instead of now' },
      { flags: '--policy <oid...>', description: 'certificate policies of which one must hold' },
      {
        flags: '--revocation <mode>',
        description: 'what is checked for revocation; the chain when CRLs or OCSP answers are given',
        choices: revocationModes,
      },
      {
        flags: '--unknown-as <status>',
        description: 'what a certificate of unknown status counts as; the purpose decides unless told',
        choices: unknownMeanings,
      },
      { flags: '--key-usage-rule <rule>', description: 'which extended key usage is asked for', choices: useRules },
      { flags: '--common-name', description: 'let the common name count where there is no subject alternative name' },
      { flags: '--against <host:port>', description: 'verify what this server presents' },
      { flags: '--sip', description: 'with --against: SIP names, port 5061, and send OPTIONS' },
    ],
    examples: [
      'tollgate verify server.pem --trust our-ca.pem --name sip.example.com --purpose sip-server',
      'tollgate verify server.pem --untrusted intermediate.pem --trust root.pem --crl ca.crl --at 2026-05-01T12:00:00Z',
      'tollgate verify --against sip.example.com:5061 --sip --trust our-ca.pem',
    ],
    local: true,
    async run(context, [paths = []], options) {
      const given = readLists(options, [paths].flat() as string[]);
      const target = options['against'];
      const verdict =
        typeof target === 'string'
          ? verifyRemote(context, target, given, options)
          : verifyFiles(context, given, options);
      if (!(await verdict.catch(asUsage))) process.exitCode = 1;
    },
  },
];

interface Given extends Lists {
  readonly files: readonly string[];
}

async function verifyFiles(context: CommandContext, given: Given, options: Options): Promise<boolean> {
  if (given.files.length === 0)
    throw usage('no certificate was named', 'Put it first: tollgate verify server.pem --trust our-ca.pem');
  if (options['sip'] === true) throw usage('--sip goes with --against', 'For files say --purpose sip-server.');
  const chain = readChain(await filesOf(context, given.files));
  const question = await questionOf(context, given, options, purposeOf(options) ?? 'any');
  const decision = await local().verify({ ...question, chain });
  context.print(decision, () => explain(decision));
  return decision.accepted;
}

async function verifyRemote(context: CommandContext, target: string, given: Given, options: Options): Promise<boolean> {
  if (given.files.length > 0)
    throw usage('files and --against do not go together', 'CA certificates to trust come after --trust.');
  const sip = options['sip'] === true;
  const purpose = purposeOf(options) ?? (sip ? 'sip-server' : 'https-server');
  const question = await questionOf(context, given, options, purpose);
  const answer = await local().checkRemote({ ...question, target, sip });
  context.print(answer, () => explainRemote(answer));
  return answer.decision.accepted;
}

/** On one's own machine every address may be called, and the public roots stand for the trusted CA list. */
function local(): Pick<Verification, 'verify' | 'checkRemote'> {
  return createVerification({ clock: systemClock, trusted: async () => [], addresses: () => undefined });
}

function publicRoots(): Trust {
  const roots = rootCertificates.flatMap((pem): Certificate[] => {
    const blocks = decodePem(pem);
    const parsed = blocks.ok ? parseCertificate(blocks.value[0]!.der) : blocks;
    return parsed.ok ? [parsed.value] : [];
  });
  return trustOf(roots, 'the bundled public roots');
}

async function questionOf(context: CommandContext, given: Given, options: Options, purpose: Purpose) {
  const text = (name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined);
  const question = readQuestion({
    purpose,
    names: given.name,
    policies: given.policy,
    trust: await filesOf(context, given.trust),
    untrusted: await filesOf(context, given.untrusted),
    crls: await filesOf(context, given.crl),
    ocsp: await filesOf(context, given.ocsp),
    at: text('at'),
    profile: text('profile') as ProfileName | undefined,
    revocation: text('revocation') as Question['revocation'],
    whenUnknown: text('unknownAs') as Question['whenUnknown'],
    extendedKeyUsage: text('keyUsageRule') as Question['extendedKeyUsage'],
    commonName: options['commonName'] === true ? true : undefined,
  });
  return { ...question, trust: question.trust ?? publicRoots() };
}

async function filesOf(context: CommandContext, paths: readonly string[]): Promise<QuestionFile[]> {
  const files: QuestionFile[] = [];
  for (const name of paths) files.push({ name, content: await context.readInput(name) });
  return files;
}

/**
 * An option with several values also takes the file that was meant to be verified when that stands last:
 * `--trust ca.pem server.pem`. It is given back where only one option can have taken it.
 */
function readLists(options: Options, files: readonly string[]): Given {
  const given = Object.fromEntries(lists.map((name) => [name, valuesOf(options[name])])) as Lists;
  if (files.length > 0 || options['against'] !== undefined) return { ...given, files };
  const [taker, ...more] = lists.filter((name) => given[name].length > 1);
  if (taker === undefined || more.length > 0) return { ...given, files };
  return { ...given, [taker]: given[taker].slice(0, -1), files: given[taker].slice(-1) };
}

function valuesOf(option: unknown): readonly string[] {
  return Array.isArray(option) ? option.map(String) : [];
}

function purposeOf(options: Options): Purpose | undefined {
  return options['purpose'] as Purpose | undefined;
}

/** What cannot be asked was typed wrong here. */
function asUsage(error: unknown): never {
  if (error instanceof Problem && error.details.code === 'verification.input')
    throw new Problem({ ...error.details, code: 'cli.usage', title: 'Wrong usage', errors: [] });
  throw error;
}

function usage(detail: string, hint: string): Problem {
  return new Problem({ code: 'cli.usage', status: 400, title: 'Wrong usage', detail: `${detail}.`, hint });
}
