/** Opens any file a person may upload: by its content, PKCS#12 in a process of its own. */
import { err, type Result } from '../../lib/result.ts';
import type { DerShape } from '../../pki/container/der-shape.ts';
import type { Pkcs12Contents } from '../../pki/container/pkcs12.ts';
import { readMember } from '../../pki/container/read-member.ts';
import {
  judge,
  pkcs12Bytes,
  type Recognised,
  type RecogniseOptions,
  recogniseUpload,
  sortMembers,
  type UploadProblem,
} from '../../pki/container/recognise.ts';
import { openPkcs12, type Pkcs12Failure } from './pkcs12-process.ts';

export interface OpenOptions extends RecogniseOptions {
  /** Of a PKCS#12 file. */
  readonly password?: string;
}

/** `recogniseUpload`, and PKCS#12 too. Keys inside a PKCS#12 file count like keys in a file of their own. */
export async function openUpload(bytes: Uint8Array, options: OpenOptions): Promise<Result<Recognised, UploadProblem>> {
  const recognised = recogniseUpload(bytes, options);
  if (recognised.ok || recognised.error.code !== 'upload.pkcs12' || options.password === undefined) return recognised;
  const opened = await openPkcs12(pkcs12Bytes(bytes) ?? bytes, options.password);
  return opened.ok ? fromPkcs12(opened.value, options) : err(pkcs12Problem(opened.error));
}

function fromPkcs12(contents: Pkcs12Contents, options: RecogniseOptions): Result<Recognised, UploadProblem> {
  const parts: { readonly bytes: Uint8Array; readonly shape: DerShape }[] = [
    ...contents.certificates.map((bytes) => ({ bytes, shape: 'certificate' as const })),
    ...contents.keys.map((bytes) => ({ bytes, shape: 'private-key' as const })),
    ...contents.crls.map((bytes) => ({ bytes, shape: 'crl' as const })),
  ];
  const read = parts.map(({ bytes, shape }) => readMember(bytes, shape, 0));
  for (const key of contents.keys) key.fill(0);
  const bad = read.flatMap((one) => one.bad);
  if (bad[0] !== undefined && options.keepGoing !== true) return err(bad[0]);
  const count = (noun: string, number: number): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const note = `The file was PKCS#12; ${count('certificate', contents.certificates.length)} and ${count('private key', contents.keys.length)} were taken out of it.`;
  return judge(
    sortMembers(
      'pkcs12',
      read.flatMap((one) => one.members),
      [note],
      bad,
    ),
    options,
  );
}

function pkcs12Problem({ code, message, offset }: Pkcs12Failure): UploadProblem {
  const words = `The PKCS#12 file cannot be opened: ${message}.`;
  return { code: 'upload.pkcs12', message: words, offset, hint: hints[code] };
}

const hints: Readonly<Record<Pkcs12Failure['code'], string>> = {
  'pkcs12.password': 'Enter the password that was set when the file was exported.',
  'pkcs12.too-large': 'Export the certificate and its key again, without anything else.',
  'pkcs12.malformed': 'Export it again; the file may be cut off or damaged.',
  'pkcs12.no-mac': 'Export it again with a password (a MAC).',
  'pkcs12.iterations': 'Export it again with fewer iterations: openssl pkcs12 -export -iter 100000',
  'pkcs12.algorithm': 'Export it again with AES-256 and SHA-256, as openssl pkcs12 -export does.',
  'pkcs12.busy': 'Try again in a moment.',
  'pkcs12.gave-up': 'Export it again with fewer iterations: openssl pkcs12 -export -iter 100000',
};
