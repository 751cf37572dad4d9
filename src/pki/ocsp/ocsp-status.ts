/** The status of one certificate by an OCSP answer (RFC 6960 3.2), fetched or stapled. */
import { equalBytes, toHex } from '../../lib/bytes.ts';
import { isoTime } from '../../lib/time-text.ts';
import type { Certificate } from '../certificate/certificate.ts';
import type { Extension } from '../certificate/extension/extension-table.ts';
import { clockTolerance } from '../crl/crl-acceptance.ts';
import {
  type RevocationEvidence,
  type RevocationStatus,
  type UnknownStatusCode,
  unknownStatus,
} from '../crl/revocation-status.ts';
import { toRfc4514 } from '../name/distinguished-name.ts';
import type { AlgorithmPolicy } from '../path/profile.ts';
import { weakAlgorithm } from '../path/signature-algorithm.ts';
import { isCertIdOf } from './cert-id.ts';
import { type BasicOcspResponse, parseOcspResponse, type SingleResponse } from './ocsp.ts';
import { ocspSignerOf } from './ocsp-signer.ts';

/** An OCSP answer as it came. */
export interface OcspAnswer {
  /** Must not change: what was read and verified of it is remembered. */
  readonly der: Uint8Array;
  /** Where it came from, for people. */
  readonly source: string;
  /** The nonce that was sent with the request. */
  readonly nonce?: Uint8Array;
}

/** What is demanded of OCSP answers. Times are milliseconds. */
export interface OcspRules {
  readonly algorithms: AlgorithmPolicy;
  /** Refuses an answer without the nonce that was sent, however fresh it is. */
  readonly nonceRequired?: boolean;
  /** The greatest age; by default an hour without a next update, and a day when a nonce was sent and did not come back. */
  readonly maxAge?: number;
  readonly pinnedResponders?: readonly Certificate[];
  /** Refuses a responder without nocheck whose own status no CRL establishes. */
  readonly delegateMustBeGood?: boolean;
}

export interface OcspStatusRequest {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly answer: OcspAnswer;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly rules: OcspRules;
  /** Status of a responder's own certificate by CRLs. */
  readonly delegateStatus?: (delegate: Certificate) => RevocationStatus;
}

const hour = 3_600_000;

/** Longest time for which an answer may be kept, whatever its next update says. */
const longestCache = 24 * hour;

/** Never throws for anything in the answer. */
export function ocspStatus(request: OcspStatusRequest): RevocationStatus {
  const { certificate, issuer, answer, time, rules } = request;
  const parsed = readOnce(answer.der);
  if (!parsed.ok) return unknownStatus('ocsp.malformed', `the OCSP answer is malformed: ${parsed.error.message}`);
  const { basic, status } = parsed.value;
  if (basic === undefined) return unknownStatus('ocsp.refused', `the OCSP responder answered “${status}”`);
  const evidence = evidenceOf(basic, undefined, answer, time);
  const fault = (code: UnknownStatusCode, message: string) => unknownStatus(code, message, [evidence]);

  const strange = unknownCritical(basic.extensions);
  if (strange !== undefined)
    return fault('ocsp.critical-extension', `the OCSP answer holds an unknown critical extension: ${strange}`);
  const weakness = rules.algorithms === 'any' ? undefined : weakAlgorithm(basic.signatureAlgorithm);
  if (weakness !== undefined) return fault('ocsp.weak-signature', `the OCSP answer is signed with ${weakness}`);
  if (basic.producedAt > time + clockTolerance)
    return fault('ocsp.produced-at', `the OCSP answer was made at ${isoTime(basic.producedAt)}, which is to come`);

  // all answers about this certificate count, those about others do not
  const matching = basic.responses.filter(({ certId }) => isCertIdOf(certId, certificate, issuer));
  if (matching.length === 0) return fault('ocsp.no-answer', 'the OCSP answer is about other certificates');
  const faults = matching.map((single) => singleFault(single, basic, request));
  const current = matching.filter((_, i) => faults[i] === undefined);
  const first = faults.find((found) => found !== undefined);
  if (current.length === 0 && first !== undefined) return fault(first.code, first.message);

  const signer = ocspSignerOf({
    basic,
    issuer,
    time,
    algorithms: rules.algorithms,
    pinned: rules.pinnedResponders ?? [],
    ...(request.delegateStatus && { delegateStatus: request.delegateStatus }),
    delegateMustBeGood: rules.delegateMustBeGood ?? false,
  });
  if ('code' in signer) return fault(signer.code, signer.message);
  return worst(current, basic, answer, time);
}

/** Kept by the bytes themselves, as long as somebody keeps them; a kept answer speaks for many connections. */
const read = new WeakMap<Uint8Array, ReturnType<typeof parseOcspResponse>>();

function readOnce(der: Uint8Array): ReturnType<typeof parseOcspResponse> {
  const known = read.get(der);
  if (known !== undefined) return known;
  const parsed = parseOcspResponse(der);
  read.set(der, parsed);
  return parsed;
}

/** How long an answer may be kept and used again; `undefined` when it may be used only once (RFC 6960 4.2.2.1). */
export function ocspUsableUntil(evidence: RevocationEvidence, time: number): number | undefined {
  return evidence.nextUpdate === undefined ? undefined : Math.min(evidence.nextUpdate, time + longestCache);
}

interface Fault {
  readonly code: UnknownStatusCode;
  readonly message: string;
}

function singleFault(single: SingleResponse, basic: BasicOcspResponse, request: OcspStatusRequest): Fault | undefined {
  const { time, rules } = request;
  const strange = unknownCritical(single.extensions);
  if (strange !== undefined)
    return {
      code: 'ocsp.critical-extension',
      message: `the OCSP answer holds an unknown critical extension: ${strange}`,
    };
  if (single.thisUpdate > time + clockTolerance)
    return { code: 'ocsp.not-yet-valid', message: `the OCSP answer holds only from ${isoTime(single.thisUpdate)}` };
  if (single.nextUpdate !== undefined && single.nextUpdate < time)
    return { code: 'ocsp.expired', message: `the OCSP answer held until ${isoTime(single.nextUpdate)}` };
  const maxAge = rules.maxAge ?? (single.nextUpdate === undefined ? hour : Number.POSITIVE_INFINITY);
  if (single.thisUpdate + maxAge < time)
    return { code: 'ocsp.expired', message: `the OCSP answer is of ${isoTime(single.thisUpdate)}, which is too old` };
  return nonceFault(single, basic, request);
}

/** RFC 9654 2.1: 1 to 128 octets. An answer without a nonce may come from a cache and then has to be fresh. */
function nonceFault(
  single: SingleResponse,
  { nonce }: BasicOcspResponse,
  { answer, rules, time }: OcspStatusRequest,
): Fault | undefined {
  const fault = (message: string): Fault => ({ code: 'ocsp.nonce', message });
  if (nonce !== undefined) {
    if (nonce.length < 1 || nonce.length > 128) return fault(`the nonce of the OCSP answer has ${nonce.length} octets`);
    const sent = answer.nonce;
    return sent === undefined || equalBytes(sent, nonce)
      ? undefined
      : fault('the nonce of the OCSP answer is not the one that was sent');
  }
  if (answer.nonce === undefined) return undefined;
  if (rules.nonceRequired === true) return fault('the OCSP answer does not hold the nonce that was sent');
  return single.thisUpdate + longestCache < time
    ? fault('the OCSP answer does not hold the nonce that was sent, and is more than a day old')
    : undefined;
}

/** The nonce, and certificate timestamps (RFC 6962 3.3), which limit nothing. */
const knownExtensions: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.48.1.2', '1.3.6.1.4.1.11129.2.4.5']);

function unknownCritical(extensions: readonly Extension[]): string | undefined {
  return extensions.find(({ oid, critical }) => critical && !knownExtensions.has(oid))?.oid;
}

/** Of several answers about one certificate the worst counts. */
function worst(
  current: readonly SingleResponse[],
  basic: BasicOcspResponse,
  answer: OcspAnswer,
  time: number,
): RevocationStatus {
  const revoked = current.find(({ status }) => status === 'revoked');
  if (revoked !== undefined) {
    return {
      status: 'revoked',
      revokedAt: revoked.revokedAt ?? revoked.thisUpdate,
      reason: revoked.reason ?? 'unspecified',
      evidence: [evidenceOf(basic, revoked, answer, time)],
    };
  }
  const unknown = current.find(({ status }) => status === 'unknown');
  const single = unknown ?? current[0];
  const evidence = [evidenceOf(basic, single, answer, time)];
  return unknown === undefined
    ? { status: 'good', evidence }
    : unknownStatus('ocsp.unknown', 'the OCSP responder does not know the certificate', evidence);
}

function evidenceOf(
  basic: BasicOcspResponse,
  single: SingleResponse | undefined,
  { source }: OcspAnswer,
  time: number,
): RevocationEvidence {
  const thisUpdate = single?.thisUpdate ?? basic.producedAt;
  return {
    kind: 'ocsp',
    source,
    issuer: 'name' in basic.responder ? toRfc4514(basic.responder.name) : `key ${toHex(basic.responder.keyHash)}`,
    thisUpdate,
    ...(single?.nextUpdate !== undefined && { nextUpdate: single.nextUpdate }),
    age: time - thisUpdate,
  };
}
