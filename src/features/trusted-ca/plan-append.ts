/**
 * What becomes of a file of CA certificates: every member judged, duplicates and limits counted, before anything is
 * changed. The same plan is shown as a preview and carried out.
 */
import { printable } from '../../lib/printable.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { canonicalName, toRfc4514 } from '../../pki/name/distinguished-name.ts';
import { issuersOf } from './impact.ts';
import type { JudgedCertificate, JudgedFile } from './judge-file.ts';
import { maximumBytes, maximumCertificates, maximumCrlBytes, maximumCrls } from './limits.ts';
import { type CrlPlan, planCrls } from './plan-crls.ts';
import type { ListState } from './state.ts';
import type { AppendMember, AppendRefusal, AppendReport } from './trusted-ca.ts';
import { certificateWarnings, commonNameWarnings } from './warnings.ts';

export interface AppendPlan {
  readonly report: AppendReport;
  readonly certificates: readonly {
    readonly certificate: Certificate;
    readonly hash: string;
    readonly pinned: boolean;
  }[];
  readonly crls: readonly CrlPlan[];
}

/** Weighs a judged file against the list as it is. */
export function planAppend(file: JudgedFile, state: ListState, fileName: string, now: number): AppendPlan {
  const certificates = file.members.filter((member) => member.kind === 'certificate');
  const accepted = acceptable(certificates, state);
  const issuers = [
    ...issuersOf(state.cas),
    ...accepted.filter((one) => !one.pinned).map(({ certificate }) => certificate),
  ];
  const crls = planCrls(
    file.members.flatMap((member) => (member.kind === 'crl' ? [member.crl] : [])),
    state,
    issuers,
  );
  const first = new Map(accepted.map((one) => [one.hash, one.certificate]));
  const plans = crls.values();
  const members = file.members.map((member): AppendMember => {
    if (member.kind === 'other') return refusedMember(member.refusal);
    if (member.kind === 'crl') return plans.next().value?.member ?? unplanned();
    const isNew = first.get(member.hash) === member.certificate;
    return certificateMember(member, isNew, state, now);
  });
  const newCrls = crls.filter((plan) => plan.member.verdict === 'added');
  const full = certificateLimit(state, accepted) ?? crlLimit(state, newCrls);
  const report = summary(withCommonNames(members, state, accepted), file, state, accepted, fileName, full);
  return { report, certificates: accepted, crls: newCrls };
}

/** The certificates to add: not refused, not on the list, each once. */
function acceptable(certificates: readonly JudgedCertificate[], state: ListState): AppendPlan['certificates'] {
  const known = new Set([...state.cas.map((member) => member.row.fingerprint), ...state.damaged]);
  return certificates.flatMap(({ certificate, hash, judgement }) => {
    if (judgement.verdict === 'refused' || known.has(hash)) return [];
    known.add(hash);
    return [{ certificate, hash, pinned: judgement.verdict === 'pinned' }];
  });
}

function certificateMember(
  { certificate, hash, judgement }: JudgedCertificate,
  isNew: boolean,
  state: ListState,
  now: number,
): AppendMember {
  return {
    position: 0,
    kind: 'certificate',
    verdict: judgement.verdict === 'refused' || isNew ? judgement.verdict : 'duplicate',
    fingerprint: hash,
    subject: printable(toRfc4514(certificate.subject)),
    issuer: printable(toRfc4514(certificate.issuer)),
    notAfter: certificate.notAfter,
    refusal: judgement.verdict === 'refused' ? judgement.refusal : undefined,
    warnings: isNew ? certificateWarnings(certificate, now) : [],
    older: isNew ? olderMembers(certificate, state) : [],
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
  overLimit: string | undefined,
): AppendReport {
  const count = (verdict: AppendMember['verdict']): number => members.filter((m) => m.verdict === verdict).length;
  const refused = count('refused');
  const crls = members.filter((member) => member.kind === 'crl' && member.verdict === 'added').length;
  const total = state.cas.length + state.damaged.length + accepted.length;
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

function certificateLimit(state: ListState, accepted: AppendPlan['certificates']): string | undefined {
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

function crlLimit(state: ListState, added: readonly CrlPlan[]): string | undefined {
  if (added.length === 0) return undefined;
  const gone = new Set(added.flatMap((plan) => plan.supersedes));
  const kept = state.crls.filter(({ row }) => !gone.has(row.id)).map(({ crl }) => crl);
  const crls = [...kept, ...added.map((plan) => plan.crl)];
  const octets = crls.reduce((sum, { der }) => sum + der.length, 0);
  if (crls.length <= maximumCrls && octets <= maximumCrlBytes) return undefined;
  return `The list would hold ${crls.length} CRLs with ${octets} octets; ${maximumCrls} and ${maximumCrlBytes} are the most.`;
}

function refusedWords(refused: number, all: number): string {
  return all === 1 ? 'The file is refused.' : `${refused} of ${all} members of the file are refused.`;
}

function refusedMember(refusal: AppendRefusal): AppendMember {
  const nothing = { fingerprint: '', subject: '', issuer: '', notAfter: undefined, warnings: [], older: [] };
  return { position: 0, kind: 'other', verdict: 'refused', refusal, ...nothing };
}

function unplanned(): never {
  throw new Error('a CRL of the file has no plan');
}
