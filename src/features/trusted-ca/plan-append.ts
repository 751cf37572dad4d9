/**
 * What becomes of a file of CA certificates: every member judged, duplicates and limits counted, before anything is
 * changed. The same plan is shown as a preview and carried out.
 */
import { setImmediate } from 'node:timers/promises';
import { toHex } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import { type Certificate, fingerprint } from '../../pki/certificate/certificate.ts';
import { type Recognised, recogniseUpload } from '../../pki/container/recognise.ts';
import type { Crl } from '../../pki/crl/crl.ts';
import { canonicalName, toRfc4514 } from '../../pki/name/distinguished-name.ts';
import { type Judgement, judgeCertificate } from './judge.ts';
import { maximumBytes, maximumCertificates } from './limits.ts';
import { type CrlPlan, planCrls } from './plan-crls.ts';
import type { ListState } from './state.ts';
import type { AppendMember, AppendReport } from './trusted-ca.ts';
import { certificateWarnings, commonNameWarnings } from './warnings.ts';

/** Members of a file, each judged by itself. */
export interface JudgedFile {
  readonly certificates: readonly {
    readonly certificate: Certificate;
    readonly hash: string;
    readonly judgement: Judgement;
  }[];
  readonly crls: readonly Crl[];
  /** What is no certificate and no CRL, or could not be read. */
  readonly others: readonly AppendMember[];
  readonly notes: readonly string[];
}

export interface AppendPlan {
  readonly report: AppendReport;
  readonly certificates: readonly {
    readonly certificate: Certificate;
    readonly hash: string;
    readonly pinned: boolean;
  }[];
  readonly crls: readonly CrlPlan[];
}

/** Reads a file by its content. Throws `trusted-ca.unreadable` when there is nothing in it that can be read. */
export async function judgeFile(file: Uint8Array): Promise<JudgedFile> {
  const recognised = recogniseUpload(file, { what: 'ca-bundle', keepGoing: true });
  if (!recognised.ok) {
    const { message, hint, offset, code } = recognised.error;
    throw new Problem({
      code: 'trusted-ca.unreadable',
      status: 422,
      title: 'File upload failed.',
      detail: `${message} Nothing was changed.`,
      hint,
      extra: { offset, reason: code },
    });
  }
  return judgeMembers(recognised.value);
}

/** Certificates that are already at hand, judged like the members of a file. */
export async function judgeCertificates(certificates: readonly Certificate[]): Promise<JudgedFile> {
  const judged: JudgedFile['certificates'][number][] = [];
  for (const [index, certificate] of certificates.entries()) {
    // A thousand keys take a while to check: others get their turn in between.
    if (index % 25 === 24) await setImmediate();
    judged.push({ certificate, hash: toHex(fingerprint(certificate.der)), judgement: judgeCertificate(certificate) });
  }
  return { certificates: judged, crls: [], others: [], notes: [] };
}

/** Weighs a judged file against the list as it is. */
export function planAppend(file: JudgedFile, state: ListState, fileName: string, now: number): AppendPlan {
  const known = new Set(state.cas.map((member) => member.row.fingerprint));
  const accepted: { certificate: Certificate; hash: string; pinned: boolean }[] = [];
  const members: AppendMember[] = [];
  for (const { certificate, hash, judgement } of file.certificates) {
    const duplicate = judgement.verdict !== 'refused' && known.has(hash);
    if (!duplicate && judgement.verdict !== 'refused') {
      known.add(hash);
      accepted.push({ certificate, hash, pinned: judgement.verdict === 'pinned' });
    }
    members.push(certificateMember(certificate, hash, duplicate ? { verdict: 'duplicate' } : judgement, state, now));
  }
  const issuers = [
    ...state.cas.filter(({ row }) => row.pinned === 0).map(({ certificate }) => certificate),
    ...accepted.filter((one) => !one.pinned).map(({ certificate }) => certificate),
  ];
  const crls = planCrls(file.crls, state, issuers);
  members.push(...crls.map((plan) => plan.member), ...file.others);
  const report = summary(withCommonNames(members, state, accepted), file, state, accepted, fileName);
  return { report, certificates: accepted, crls: crls.filter((plan) => plan.member.verdict === 'added') };
}

async function judgeMembers(read: Recognised): Promise<JudgedFile> {
  const { certificates } = await judgeCertificates(read.certificates);
  const wrongKind = (what: string, hint: string): AppendMember =>
    other({
      code: 'trusted-ca.wrong-kind',
      message: `The file holds ${what}, which does not belong on this list.`,
      hint,
    });
  const others = [
    ...read.bad.map((bad) => other({ code: 'trusted-ca.unreadable-member', message: bad.message, hint: bad.hint })),
    ...read.keys.map(() =>
      wrongKind('a private key', 'Nothing of it was kept. Take it out of the file and keep it secret.'),
    ),
    ...read.csrs.map(() => wrongKind('a certificate signing request', 'Take it out of the file.')),
  ];
  return { certificates, crls: read.crls, others, notes: read.notes };
}

function certificateMember(
  certificate: Certificate,
  hash: string,
  judgement: Judgement | { readonly verdict: 'duplicate' },
  state: ListState,
  now: number,
): AppendMember {
  const taken = judgement.verdict === 'added' || judgement.verdict === 'pinned';
  return {
    position: 0,
    kind: 'certificate',
    verdict: judgement.verdict,
    fingerprint: hash,
    subject: printable(toRfc4514(certificate.subject)),
    issuer: printable(toRfc4514(certificate.issuer)),
    notAfter: certificate.notAfter,
    refusal: judgement.verdict === 'refused' ? judgement.refusal : undefined,
    warnings: taken ? certificateWarnings(certificate, now) : [],
    older: taken ? olderMembers(certificate, state) : [],
  };
}

function olderMembers(certificate: Certificate, state: ListState): readonly string[] {
  const subject = canonicalName(certificate.subject);
  const issuer = canonicalName(certificate.issuer);
  return state.cas
    .filter(
      (member) =>
        member.certificate.notBefore <= certificate.notBefore &&
        canonicalName(member.certificate.subject) === subject &&
        canonicalName(member.certificate.issuer) === issuer,
    )
    .map((member) => member.row.fingerprint);
}

function withCommonNames(
  members: readonly AppendMember[],
  state: ListState,
  accepted: AppendPlan['certificates'],
): readonly AppendMember[] {
  const all = [...state.cas.map(({ certificate }) => certificate), ...accepted.map(({ certificate }) => certificate)];
  const warnings = commonNameWarnings(all, () => false);
  const byHash = new Map(accepted.map(({ hash }, index) => [hash, warnings.get(state.cas.length + index)]));
  return members.map((member) => {
    const warning =
      member.verdict === 'added' || member.verdict === 'pinned' ? byHash.get(member.fingerprint) : undefined;
    return warning === undefined ? member : { ...member, warnings: [warning, ...member.warnings] };
  });
}

function summary(
  members: readonly AppendMember[],
  file: JudgedFile,
  state: ListState,
  accepted: AppendPlan['certificates'],
  fileName: string,
): AppendReport {
  const count = (verdict: AppendMember['verdict']): number => members.filter((m) => m.verdict === verdict).length;
  const refused = count('refused');
  const crls = members.filter((member) => member.kind === 'crl' && member.verdict === 'added').length;
  const total = state.cas.length + state.damaged.length + accepted.length;
  const overLimit = limitProblem(state, accepted);
  const nothingGood = refused > 0 && refused === members.length;
  return {
    fileName: printable(fileName, 100),
    members: members.map((member, index) => ({ ...member, position: index + 1 })),
    notes: file.notes,
    added: accepted.length,
    duplicates: count('duplicate'),
    refused,
    crls,
    total,
    limit: maximumCertificates,
    acceptable: overLimit === undefined && refused === 0,
    acceptableInPart: overLimit === undefined && !nothingGood,
    problem: overLimit ?? (refused > 0 ? refusedWords(refused, members.length) : undefined),
  };
}

function limitProblem(state: ListState, accepted: AppendPlan['certificates']): string | undefined {
  if (accepted.length === 0) return undefined;
  const before = state.cas.length + state.damaged.length;
  if (before + accepted.length > maximumCertificates) {
    return `The list holds ${before} certificates and the file would add ${accepted.length}; it can hold ${maximumCertificates}.`;
  }
  const octets =
    state.cas.reduce((sum, { row }) => sum + row.der.length, 0) +
    accepted.reduce((sum, { certificate }) => sum + certificate.der.length, 0);
  if (octets <= maximumBytes) return undefined;
  return `The certificates of the list would have ${octets} octets together; ${maximumBytes} is the most.`;
}

function refusedWords(refused: number, all: number): string {
  return all === 1 ? 'The file is refused.' : `${refused} of ${all} members of the file are refused.`;
}

function other(refusal: NonNullable<AppendMember['refusal']>): AppendMember {
  const nothing = { fingerprint: '', subject: '', issuer: '', notAfter: undefined, warnings: [], older: [] };
  return { position: 0, kind: 'other', verdict: 'refused', refusal, ...nothing };
}
