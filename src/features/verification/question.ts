/** Makes a request out of what a person gave: files in any form, names, a time, policies. */
import { printable } from '../../lib/printable.ts';
import { type Recognised, recogniseUpload, type UploadKind } from '../../pki/container/recognise.ts';
import { loadCrl } from '../../pki/crl/loaded-crl.ts';
import { parseReferenceName } from '../../pki/name/reference-name.ts';
import { nothingInFile, unreadableFile, wrongInput } from './problems.ts';
import type { ProfileName, Purpose } from './purposes.ts';
import { trustOf } from './trust.ts';
import type { VerifyRequest, VerifySettings } from './verification.ts';

/** A file as it was given; the name is a label for messages. */
export interface QuestionFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** What files, the API and the command line can ask alike. */
export interface Question {
  readonly purpose: Purpose;
  readonly names?: readonly string[] | undefined;
  /** Instead of the trusted CA list. */
  readonly trust?: readonly QuestionFile[] | undefined;
  readonly untrusted?: readonly QuestionFile[] | undefined;
  readonly crls?: readonly QuestionFile[] | undefined;
  readonly ocsp?: readonly QuestionFile[] | undefined;
  /** ISO 8601, or seconds since 1970; now unless told. */
  readonly at?: string | undefined;
  readonly policies?: readonly string[] | undefined;
  readonly profile?: ProfileName | undefined;
  /** The whole chain where CRLs or OCSP answers are given, else off, unless told. */
  readonly revocation?: VerifySettings['revocation'] | undefined;
  readonly whenUnknown?: VerifySettings['whenUnknown'] | undefined;
  readonly extendedKeyUsage?: VerifySettings['extendedKeyUsage'] | undefined;
  readonly commonName?: boolean | undefined;
}

export const revocationModes = ['off', 'leaf', 'chain'] as const;
export const unknownMeanings = ['not-revoked', 'revoked'] as const;
export const useRules = ['strict', 'server-auth-accepted', 'any'] as const;

/** Everything but the chain. Throws `verification.file` or `verification.input`, naming what cannot be used. */
export function readQuestion(question: Question): Omit<VerifyRequest, 'chain'> {
  const { purpose, names = [], trust, untrusted = [], crls = [], ocsp = [], at, policies = [] } = question;
  const { profile, revocation, whenUnknown, extendedKeyUsage, commonName } = question;
  const bad = policies.find((oid) => !/^[0-2](\.\d{1,15}){1,30}$/.test(oid));
  if (bad !== undefined)
    throw wrongInput('policy', `${printable(bad, 100)} is no object identifier such as 2.16.840.1.1`);
  for (const name of names) {
    const read = parseReferenceName(name);
    if (!read.ok) throw wrongInput('name', read.error);
  }
  const asked = crls.length + ocsp.length > 0;
  return {
    purpose,
    names,
    ...(trust !== undefined && trust.length > 0 && { trust: trustOf(certificatesOf(trust), 'the given trust files') }),
    untrusted: certificatesOf(untrusted),
    evidence: {
      crls: crls.flatMap(crlsOf),
      ocsp: ocsp.flatMap(answersOf),
    },
    ...(at !== undefined && { time: readTime(at) }),
    settings: {
      thorough: true,
      maxPresented: 1_000,
      revocation: revocation ?? (asked ? 'chain' : 'off'),
      ...(policies.length > 0 && { policies }),
      ...(profile !== undefined && { profile }),
      ...(whenUnknown !== undefined && { whenUnknown }),
      ...(extendedKeyUsage !== undefined && { extendedKeyUsage }),
      ...(commonName !== undefined && { commonName }),
    },
  };
}

/** The chain to judge: the first certificate of the first file is the leaf. */
export function readChain(files: readonly QuestionFile[]): VerifyRequest['chain'] {
  return certificatesOf(files);
}

function certificatesOf(files: readonly QuestionFile[]) {
  return files.flatMap((file) => {
    const { certificates } = open(file, 'any');
    if (certificates.length === 0) throw nothingInFile(file.name, 'certificate');
    return certificates;
  });
}

function crlsOf(file: QuestionFile) {
  const { crls } = open(file, 'any');
  if (crls.length === 0) throw nothingInFile(file.name, 'CRL');
  return crls.flatMap(({ der }) => {
    const loaded = loadCrl(der, file.name);
    return loaded.ok ? [{ crl: loaded.value, origin: 'given' as const }] : [];
  });
}

function answersOf(file: QuestionFile) {
  const { ocspResponses } = open(file, 'any');
  if (ocspResponses.length === 0) throw nothingInFile(file.name, 'OCSP answer');
  return ocspResponses.map(({ der }) => ({ answer: { der, source: file.name }, origin: 'given' as const }));
}

function open(file: QuestionFile, what: UploadKind): Recognised {
  const found = recogniseUpload(file.content, { what, maxBytes: maxFile });
  if (!found.ok) throw unreadableFile(file.name, found.error);
  return found.value;
}

const maxFile = 64 * 1024 * 1024;

function readTime(text: string): number {
  const seconds = /^-?\d{1,12}$/.test(text);
  const time = seconds ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(time)) throw wrongInput('at', `${printable(text, 100)} is no time such as 2026-05-01T12:00:00Z`);
  return time;
}
