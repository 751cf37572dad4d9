/** A decision as text, for the engineer who was refused: the same words on the command line, on the page and in logs. */
import type { Decision, NamedCertificate, RevocationFinding, UsedEvidence } from './decision.ts';
import { purposes } from './purposes.ts';
import type { RemoteAnswer } from './remote/remote-check.ts';

/** The whole decision: verdict, reason, next step, then what it rests on. */
export function explain(decision: Decision): string {
  const { accepted, enforced, words, next, code, clause, path, warnings, also, advice } = decision;
  const verdict = `${accepted ? 'ACCEPTED' : 'REFUSED'}${enforced ? '' : ' (not enforced)'}`;
  const lines = [`${verdict}: ${words}`];
  if (next !== '') lines.push(`What to do: ${next}`);
  lines.push(...advice.map((one) => `Note: ${one}`));
  if (!accepted) lines.push(`Code: ${code} (${clause})`);
  for (const { words: further, next: remedy, code: name } of also) lines.push(`Also: ${further} ${remedy} (${name})`);
  lines.push('', ...field('Checked as', checkedAs(decision)), ...field('Names', names(decision)));
  const title = accepted ? 'Path' : 'Got as far as';
  lines.push(...field(title, path.length === 0 ? ['no certificate'] : path.map(certificateLine)));
  // a single way that failed is the one shown already
  const others = accepted || decision.tried.length > 1 ? decision.tried : [];
  for (const [i, other] of others.entries())
    lines.push(...field(`Tried ${i + 1}`, [...other.path.map(certificateLine), `refused: ${other.words}`]));
  lines.push(...field('Revocation', revocation(decision)));
  lines.push(...field('Policies', decision.policies));
  lines.push(
    ...field(
      'Warnings',
      warnings.map((warning) => warning.words),
    ),
  );
  lines.push(...field('Cost', [cost(decision)]));
  return `${lines.join('\n')}\n`;
}

/** A remote check: how the other side was met, then the decision about what it presented. */
export function explainRemote(answer: RemoteAnswer): string {
  const { target, address, protocol, cipher, presented, stapled, sip, remarks, decision } = answer;
  const tls = protocol === '' ? 'handshake not ended' : `${protocol}, ${cipher}`;
  const count = `${presented} certificate${presented === 1 ? '' : 's'} presented`;
  const lines = [
    ...field('Connected to', [
      `${target} (${address}), ${tls}`,
      `${count}${stapled ? ', an OCSP answer stapled' : ''}`,
    ]),
    ...(sip === undefined ? [] : field('SIP OPTIONS', [sip.answered ? `${sip.status} ${sip.reason}` : sip.reason])),
    ...field('Remarks', remarks),
  ];
  return `${lines.join('\n')}\n\n${explain(decision)}`;
}

/** One line for a log or a table: verdict, code, whose certificate, reason. */
export function explainBriefly({ accepted, code, words, path, purpose }: Decision): string {
  const subject = path[0]?.subject ?? 'no certificate';
  return `${accepted ? 'accepted' : `refused ${code}`} as ${purpose}: ${subject}: ${words}`;
}

const column = 15;

/** A label with its lines beside it; nothing at all where there is no line. */
function field(label: string, values: readonly string[]): readonly string[] {
  return values.map((value, i) => `${(i === 0 ? label : '').padEnd(column)}${value}`);
}

function checkedAs({ purpose, profile, time }: Decision): readonly string[] {
  const when = time.replace('T', ' ').replace('Z', ' UTC');
  return [`${purposes[purpose].words} (purpose ${purpose}, profile ${profile}), at ${when}`];
}

function names({ names: { expected, matched, presented } }: Decision): readonly string[] {
  const holds = presented.length === 0 ? 'the certificate holds none' : `the certificate holds ${presented.join(', ')}`;
  if (expected.length === 0) return [`none expected; ${holds}`];
  const outcome = matched === undefined ? '' : `, proved by ${matched}`;
  return [`expected ${expected.join(' or ')}${outcome}`, holds];
}

function certificateLine({ role, subject, issuer, fingerprint, notAfter }: NamedCertificate, i: number): string {
  const what = role === 'trusted' ? 'trusted here' : `issued by ${issuer === '' ? 'nobody' : issuer}`;
  const until = notAfter.slice(0, 10);
  return `${i + 1}. ${subject === '' ? '(no subject)' : subject}, ${what}, until ${until}, SHA-256 ${fingerprint.slice(0, 23)}…`;
}

function revocation({ revocation: { mode, whenUnknown, found } }: Decision): readonly string[] {
  if (mode === 'off') return ['not checked (off)'];
  const which = mode === 'leaf' ? 'the certificate itself' : 'the whole chain';
  const unknown = whenUnknown === 'revoked' ? 'refused' : 'accepted';
  return [`checked for ${which}; without data it is ${unknown}`, ...found.flatMap(findingLines)];
}

function findingLines({ subject, words, evidence }: RevocationFinding): readonly string[] {
  return [`${subject}: ${words}`, ...evidence.map((piece) => `  ${evidenceLine(piece)}`)];
}

function evidenceLine({ kind, source, issuer, number, thisUpdate, nextUpdate, age }: UsedEvidence): string {
  const what = { crl: 'CRL', 'delta-crl': 'delta CRL', ocsp: 'OCSP answer' }[kind];
  const numbered = number === undefined ? '' : ` number ${BigInt(`0x${number || '0'}`)}`;
  const due = nextUpdate === undefined ? '' : `, next by ${nextUpdate}`;
  return `${what}${numbered} of ${issuer} from ${source}, made ${thisUpdate} (${ageText(age)} ago)${due}`;
}

function ageText(seconds: number): string {
  const [size, unit] = (
    [
      [86_400, 'day'],
      [3_600, 'hour'],
      [60, 'minute'],
      [1, 'second'],
    ] as const
  ).find(([least]) => seconds >= least * 2) ?? [1, 'second'];
  const count = Math.max(0, Math.floor(seconds / size));
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function cost({ cost: { time, spent, limits } }: Decision): string {
  const { signatureChecks, buildCalls } = spent;
  return `${time} ms, ${signatureChecks} of ${limits.signatureChecks} signatures, ${buildCalls} of ${limits.buildCalls} steps`;
}
