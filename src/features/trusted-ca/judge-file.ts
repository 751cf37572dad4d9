/** Reads a file of CA certificates by its content and judges every member of it by itself. */
import { setImmediate } from 'node:timers/promises';
import { toHex } from '../../lib/bytes.ts';
import { Problem } from '../../lib/problem.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { type Certificate, fingerprint } from '../../pki/certificate/certificate.ts';
import { type Recognised, recogniseUpload, type UploadProblem } from '../../pki/container/recognise.ts';
import type { Crl } from '../../pki/crl/crl.ts';
import { type Judgement, judgeCertificate } from './judge.ts';
import type { AppendRefusal } from './trusted-ca.ts';

export interface JudgedCertificate {
  readonly kind: 'certificate';
  readonly certificate: Certificate;
  /** SHA-256, lower-case hexadecimal. */
  readonly hash: string;
  readonly judgement: Judgement;
}

/** One member of a file: what is neither certificate nor CRL, or could not be read, is refused already. */
export type JudgedMember =
  | JudgedCertificate
  | { readonly kind: 'crl'; readonly crl: Crl }
  | { readonly kind: 'other'; readonly refusal: AppendRefusal };

export interface JudgedFile {
  /** In the order of the file. */
  readonly members: readonly JudgedMember[];
  readonly notes: readonly string[];
}

/** Throws `trusted-ca.unreadable` (422) when there is nothing in the file that belongs on the list and can be read. */
export async function judgeFile(file: Uint8Array): Promise<JudgedFile> {
  const read = readBundle(file);
  if (!read.ok) {
    const { message, hint, offset, code } = read.error;
    throw new Problem({
      code: 'trusted-ca.unreadable',
      status: 422,
      title: 'File upload failed.',
      detail: `${message} Nothing was changed.`,
      hint,
      extra: { offset, reason: code },
    });
  }
  const ordered: { readonly offset: number; readonly member: JudgedMember }[] = [];
  for (const [index, member] of read.value.members.entries()) {
    // A thousand keys take a while to check: others get their turn in between.
    if (index % 25 === 24) await setImmediate();
    if (member.kind === 'certificate') ordered.push({ offset: member.offset, member: judged(member.certificate) });
    else if (member.kind === 'crl') ordered.push({ offset: member.offset, member: { kind: 'crl', crl: member.crl } });
    else ordered.push({ offset: member.offset, member: { kind: 'other', refusal: wrongKind(member.kind) } });
  }
  for (const { offset, message, hint } of read.value.bad) {
    ordered.push({
      offset,
      member: { kind: 'other', refusal: { code: 'trusted-ca.unreadable-member', message, hint } },
    });
  }
  ordered.sort((a, b) => a.offset - b.offset);
  return { members: ordered.map(({ member }) => member), notes: read.value.notes };
}

/** Certificates that are already at hand, judged like the members of a file. */
export async function judgeCertificates(certificates: readonly Certificate[]): Promise<JudgedFile> {
  const members: JudgedCertificate[] = [];
  for (const [index, certificate] of certificates.entries()) {
    if (index % 25 === 24) await setImmediate();
    members.push(judged(certificate));
  }
  return { members, notes: [] };
}

type Bundle = Pick<Recognised, 'members' | 'bad' | 'notes'>;

/** Where one block of a PEM file is broken, the others are still read, each by itself. */
function readBundle(file: Uint8Array): Result<Bundle, UploadProblem> {
  const options = { what: 'ca-bundle', keepGoing: true } as const;
  const whole = recogniseUpload(file, options);
  if (whole.ok || whole.error.code !== 'upload.unreadable') return whole;
  const starts = blockStarts(file);
  if (starts.length < 2) return whole;
  const bundle = { members: [] as Recognised['members'][number][], bad: [] as UploadProblem[], notes: [] as string[] };
  for (const [index, start] of starts.entries()) {
    const place = `Number ${index + 1} of ${starts.length}: `;
    const read = recogniseUpload(file.subarray(start, starts[index + 1]), { ...options, what: 'any' });
    if (read.ok) {
      bundle.members.push(...read.value.members.map((member) => ({ ...member, offset: start + member.offset })));
      bundle.bad.push(...read.value.bad.map((bad) => ({ ...bad, offset: start + bad.offset })));
    } else {
      const { error } = read;
      bundle.bad.push({ ...error, message: place + error.message, offset: start + error.offset });
    }
  }
  const wanted = bundle.members.some(({ kind }) => kind === 'certificate' || kind === 'crl');
  return wanted ? ok(bundle) : err(whole.error);
}

const mostBlocks = 5_000;

/** Where BEGIN lines stand; none when there are more than anybody needs. */
function blockStarts(file: Uint8Array): readonly number[] {
  const text = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const starts: number[] = [];
  for (let at = text.indexOf('-----BEGIN '); at >= 0; at = text.indexOf('-----BEGIN ', at + 1)) {
    starts.push(at);
    if (starts.length > mostBlocks) return [];
  }
  return starts;
}

function judged(certificate: Certificate): JudgedCertificate {
  const hash = toHex(fingerprint(certificate.der));
  return { kind: 'certificate', certificate, hash, judgement: judgeCertificate(certificate) };
}

function wrongKind(kind: 'key' | 'csr' | 'public-key' | 'ocsp-response'): AppendRefusal {
  const [what, hint] = {
    key: ['a private key', 'Nothing of it was kept. Take it out of the file and keep it secret.'],
    csr: ['a certificate signing request', 'Take it out of the file.'],
    'public-key': ['a public key', 'Take it out of the file.'],
    'ocsp-response': ['an OCSP answer', 'Take it out of the file.'],
  }[kind] as [string, string];
  return {
    code: 'trusted-ca.wrong-kind',
    message: `The file holds ${what}, which does not belong on this list.`,
    hint,
  };
}
