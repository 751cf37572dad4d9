/** Certificate policies (RFC 5280 4.2.1.4). */
import { oidText } from '../../der/oid.ts';
import type { DerReader } from '../../der/reader.ts';
import { isString, latin1, stringProblem, stringText } from '../../der/strings.ts';
import { IA5_STRING, SEQUENCE } from '../../der/tag.ts';
import { decoder } from './extension-decoder.ts';

export interface UserNotice {
  readonly organization?: string;
  readonly noticeNumbers?: readonly number[];
  readonly explicitText?: string;
}

export interface PolicyQualifier {
  readonly oid: string;
  /** DER of the qualifier itself. */
  readonly der: Uint8Array;
  readonly cps?: string;
  readonly userNotice?: UserNotice;
}

export interface PolicyInformation {
  readonly oid: string;
  readonly qualifiers: readonly PolicyQualifier[];
}

const anyPolicy = '2.5.29.32.0';

export const certificatePolicies = decoder('2.5.29.32', (reader): readonly PolicyInformation[] =>
  readPolicies(reader, 'certificatePolicies'),
);

/** CertificatePolicies, also used by Microsoft's application policies. */
export function readPolicies(reader: DerReader, what: string): PolicyInformation[] {
  const outer = reader.enter(SEQUENCE, what);
  if (!reader.more) reader.fail('extension.empty', `${what} is empty`, reader.start);
  const policies: PolicyInformation[] = [];
  const seen = new Set<string>();
  while (reader.more) {
    const policy = readPolicy(reader, what);
    // RFC 5280 4.2.1.4: a policy appears once.
    if (seen.has(policy.oid)) reader.fail('extension.duplicate', `${what} names ${policy.oid} twice`, reader.start);
    seen.add(policy.oid);
    policies.push(policy);
  }
  reader.leave(outer, what);
  return policies;
}

const cpsQualifier = '1.3.6.1.5.5.7.2.1';
const noticeQualifier = '1.3.6.1.5.5.7.2.2';

function readPolicy(reader: DerReader, what: string): PolicyInformation {
  const outer = reader.enter(SEQUENCE, what);
  reader.oid('policyIdentifier');
  const oid = oidText(reader.der, reader.content, reader.stop);
  const qualifiers: PolicyQualifier[] = [];
  if (reader.more) {
    const list = reader.enter(SEQUENCE, 'policyQualifiers');
    if (!reader.more) reader.fail('extension.empty', 'policyQualifiers is empty', reader.start);
    while (reader.more) qualifiers.push(readQualifier(reader, oid));
    reader.leave(list, 'policyQualifiers');
  }
  reader.leave(outer, what);
  return { oid, qualifiers };
}

function readQualifier(reader: DerReader, policy: string): PolicyQualifier {
  const outer = reader.enter(SEQUENCE, 'policyQualifier');
  reader.oid('policyQualifierId');
  const oid = oidText(reader.der, reader.content, reader.stop);
  const start = reader.position;
  let meaning: { cps?: string; userNotice?: UserNotice } = {};
  if (oid === cpsQualifier) {
    meaning = { cps: readText(reader, IA5_STRING, 'cPSuri') };
  } else if (oid === noticeQualifier) {
    meaning = { userNotice: readUserNotice(reader) };
  } else if (policy === anyPolicy) {
    // RFC 5280 4.2.1.4: anyPolicy takes these two qualifiers only.
    reader.fail('extension.value', 'anyPolicy has a qualifier that it may not have', reader.start);
  } else {
    reader.any('qualifier');
  }
  const der = reader.der.subarray(start, reader.position);
  reader.leave(outer, 'policyQualifier');
  return { oid, der, ...meaning };
}

function readUserNotice(reader: DerReader): UserNotice {
  const notice: { organization?: string; noticeNumbers?: number[]; explicitText?: string } = {};
  const outer = reader.enter(SEQUENCE, 'userNotice');
  if (reader.peek() === SEQUENCE) {
    const reference = reader.enter(SEQUENCE, 'noticeRef');
    notice.organization = readText(reader, undefined, 'organization');
    const numbers = reader.enter(SEQUENCE, 'noticeNumbers');
    notice.noticeNumbers = [];
    while (reader.more) notice.noticeNumbers.push(reader.smallInteger('noticeNumber', 0x7fffffff));
    reader.leave(numbers, 'noticeNumbers');
    reader.leave(reference, 'noticeRef');
  }
  if (reader.more) notice.explicitText = readText(reader, undefined, 'explicitText');
  reader.leave(outer, 'userNotice');
  return notice;
}

function readText(reader: DerReader, tag: number | undefined, what: string): string {
  const found = reader.next(what);
  if (tag === undefined ? !isString(found) : found !== tag) {
    reader.fail('der.tag', `${what} is not text of the right type`, reader.start);
  }
  const problem = stringProblem(reader.der, found, reader.content, reader.stop);
  if (problem !== undefined) reader.fail('der.string', `${what}: ${problem}`, reader.start);
  return found === IA5_STRING
    ? latin1(reader.der, reader.content, reader.stop)
    : stringText(reader.der, found, reader.content, reader.stop);
}
