/**
 * Answers OCSP questions (RFC 6960, RFC 5019): from memory where it can, by signing where the question brings a nonce
 * (RFC 9654) or is new. `unknown` for serial numbers that were never issued.
 */
import { toHex } from '../../lib/bytes.ts';
import { reasonCodes } from '../../pki/crl/build-entries.ts';
import { buildOcspError, buildOcspResponse, type OcspSingle } from '../../pki/ocsp/build.ts';
import { encodeCertId } from '../../pki/ocsp/cert-id.ts';
import { type OcspRequest, parseOcspRequest } from '../../pki/ocsp/ocsp-request.ts';
import type { CertificateStatus } from '../../storage/publication/status-record.ts';
import { AnswerCache, type KeptAnswer } from './answer-cache.ts';
import { writeOcspResponse } from './answer-writer.ts';
import { isAbout, type OcspAuthority } from './authority.ts';
import { createSigningBudget } from './signing-budget.ts';

/** An answer that may be kept by caches, or one that may not. */
export type OcspAnswer = KeptAnswer<OcspAuthority> | { readonly der: Uint8Array; readonly kept: false };

export interface OcspService {
  /** `question`: something that is the same only for the same request, to find it again. */
  answer(request: Uint8Array, question: string): OcspAnswer;
  /** The answer from memory, if this very question was answered before. */
  known(question: string): KeptAnswer<OcspAuthority> | undefined;
  /** Takes other authorities; what was signed for those that are gone is forgotten. */
  use(authorities: readonly OcspAuthority[]): void;
  /** Signs the answers that will be asked for, in pieces of a few milliseconds; ends when told or when done. */
  signAhead(goOn: () => boolean): Promise<void>;
  readonly counts: OcspCounts;
}

export interface OcspCounts {
  /** Answers given, errors included. */
  answered: number;
  /** Signatures made. */
  signed: number;
  /** Answers that said to try later. */
  later: number;
}

export interface OcspServiceOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signaturesPerSecond: () => number;
}

/** Questions about so many certificates are answered in one answer. */
const maxSingles = 16;
const maxKept = 20_000;
/** The newest certificates of each CA, whose answers are signed before anybody asks. */
const signedAhead = 5_000;
/** An answer about a number that was never issued holds this long: it may be issued at any time. */
const unknownValidity = 5 * 60_000;
/** A clock that is corrected by less costs nothing; clients bear with as much. */
const clockStep = 60_000;
const nonceOid = '1.3.6.1.5.5.7.48.1.2';

export function createOcspService({ now, signaturesPerSecond }: OcspServiceOptions): OcspService {
  const cache = new AnswerCache<OcspAuthority>(maxKept);
  const unknowns = new AnswerCache<OcspAuthority>(maxKept / 10);
  const monotonic = () => performance.now();
  const budget = createSigningBudget(signaturesPerSecond, monotonic);
  // questions about made-up numbers cannot use up what the others need
  const unknownBudget = createSigningBudget(() => signaturesPerSecond() / 4, monotonic);
  const counts: OcspCounts = { answered: 0, signed: 0, later: 0 };
  let authorities: readonly OcspAuthority[] = [];

  const stands = (kept: KeptAnswer<OcspAuthority> | undefined, time: number) =>
    kept !== undefined &&
    time < kept.renewAt &&
    // the clock was set back since: nobody takes it yet
    time >= kept.thisUpdate - clockStep &&
    authorities.includes(kept.about) &&
    kept.about.register.index?.stamp(kept.serial) === kept.stamp;

  const error = (status: Parameters<typeof buildOcspError>[0]): OcspAnswer => {
    if (status === 'tryLater') counts.later++;
    return { der: errors[status] ?? buildOcspError(status), kept: false };
  };

  /** Signs an answer about one certificate and keeps it. */
  const sign = (authority: OcspAuthority, certId: Uint8Array, serial: Uint8Array, time: number) => {
    const single = singleFor(authority, certId, serial, time);
    counts.signed++;
    const der = writeOcspResponse(authority.responder, time, single);
    const { thisUpdate, nextUpdate = time } = single;
    const kept: KeptAnswer<OcspAuthority> = {
      der,
      about: authority,
      serial: Uint8Array.from(serial),
      stamp: authority.register.index?.stamp(serial) ?? 0,
      thisUpdate,
      nextUpdate,
      renewAt: thisUpdate + (nextUpdate - thisUpdate) / 2,
      wire: [undefined, undefined],
      wireSecond: 0,
    };
    (single.status === 'unknown' ? unknowns : cache).keep(latin1(certId), kept);
    return kept;
  };

  const answer = (der: Uint8Array, question: string): OcspAnswer => {
    counts.answered++;
    const parsed = parseOcspRequest(der);
    if (!parsed.ok || !isAcceptable(parsed.value)) return error('malformedRequest');
    const { requests, nonce } = parsed.value;
    const time = now();
    const about = requests.map(({ certId }) => authorities.find((one) => isAbout(one, certId)));
    const authority = about.find((one) => one !== undefined);
    // RFC 6960 2.3: not a responder for that CA
    if (authority === undefined) return error('unauthorized');
    const { index } = authority.register;
    if (index === undefined || !(time >= authority.responderBegins && time < authority.responderEnds))
      return error('tryLater');
    const [first] = requests;
    const alone = requests.length === 1;
    const isUnknown = alone && index.stamp(first!.certId.serial) === 0;
    const own = isUnknown ? unknowns : cache;
    const key = alone ? latin1(first!.certId.der) : '';
    const kept = alone ? own.find(key) : undefined;
    if (alone && nonce === undefined && stands(kept, time)) {
      own.remember(question, kept!);
      return kept!;
    }
    if (!(isUnknown ? unknownBudget : budget).take()) {
      // RFC 9654 2.1: a responder may leave the nonce out, RFC 5019 4: and take an answer made before
      return stands(kept, time) ? kept! : error('tryLater');
    }
    if (alone && nonce === undefined) {
      const made = sign(authority, first!.certId.der, first!.certId.serial, time);
      own.remember(question, made);
      return made;
    }
    counts.signed++;
    if (alone) {
      const single = singleFor(authority, first!.certId.der, first!.certId.serial, time);
      return { der: writeOcspResponse(authority.responder, time, single, nonce), kept: false };
    }
    const singles = requests.map(({ certId }, i): OcspSingle => {
      if (about[i] === authority) return singleFor(authority, certId.der, certId.serial, time);
      return { certId: certId.der, status: 'unknown', thisUpdate: time };
    });
    return { der: buildOcspResponse(authority.responder, { producedAt: time, singles, nonce }), kept: false };
  };

  return {
    counts,
    answer,
    known(question) {
      const time = now();
      const kept = cache.toQuestion(question) ?? unknowns.toQuestion(question);
      if (!stands(kept, time)) return undefined;
      counts.answered++;
      return kept;
    },
    use(next) {
      authorities = next;
    },
    async signAhead(goOn) {
      for (const authority of authorities) {
        const { index } = authority.register;
        if (index === undefined) continue;
        let left = signedAhead;
        let pieceEnds = performance.now() + pieceMilliseconds;
        for (const serial of index.newest()) {
          if (left-- === 0) break;
          const time = now();
          if (time >= authority.responderEnds) break;
          const certId = certIdFor(authority, serial);
          if (!stands(cache.find(latin1(certId)), time)) sign(authority, certId, serial, time);
          if (performance.now() < pieceEnds) continue;
          await new Promise((resolve) => setTimeout(resolve, pieceMilliseconds * 4));
          if (!goOn()) return;
          pieceEnds = performance.now() + pieceMilliseconds;
        }
      }
    },
  };
}

/** Signing ahead takes a fifth of the time of one processor while it lasts. */
const pieceMilliseconds = 5;

const errors: Readonly<Record<string, Uint8Array>> = {
  malformedRequest: buildOcspError('malformedRequest'),
  tryLater: buildOcspError('tryLater'),
  unauthorized: buildOcspError('unauthorized'),
};

/** RFC 9654 2.1: a nonce has 1 to 128 octets; RFC 6960 4.4: a critical extension that is not known cannot be passed over. */
function isAcceptable({ requests, extensions, nonce }: OcspRequest): boolean {
  if (requests.length === 0 || requests.length > maxSingles) return false;
  const strange = [...extensions, ...requests.flatMap((one) => one.extensions)].some(
    ({ oid, critical }) => critical && oid !== nonceOid,
  );
  if (strange || requests.some(({ certId }) => certId.serial.length > 20)) return false;
  return nonce === undefined || (nonce.length >= 1 && nonce.length <= 128);
}

function singleFor(authority: OcspAuthority, certId: Uint8Array, serial: Uint8Array, time: number): OcspSingle {
  const status = authority.register.index?.find(serial);
  const validity = status === undefined ? Math.min(unknownValidity, authority.validity) : authority.validity;
  const times = { certId, thisUpdate: time, nextUpdate: Math.min(time + validity, authority.responderEnds) };
  if (status === undefined) return { ...times, status: 'unknown' };
  if (status.state === 'good') return { ...times, status: 'good' };
  return { ...times, status: 'revoked', revokedAt: status.revokedAt, reason: reasonOf(status) };
}

function reasonOf({ reasonCode }: CertificateStatus) {
  return reasonNames[reasonCode] ?? 'unspecified';
}

const reasonNames = Object.fromEntries(
  Object.entries(reasonCodes).map(([name, code]) => [code, name as keyof typeof reasonCodes]),
);

/** As clients of RFC 5019 2.1.1 ask: by SHA-1. */
function certIdFor({ certificate }: OcspAuthority, serial: Uint8Array): Uint8Array {
  const issuer = { issuerName: certificate.subject.der, issuerKey: certificate.publicKey.key };
  return encodeCertId({ hash: 'sha1', ...issuer, serial });
}

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
}

/** Names an answer for conditional requests. */
export function etagOf({ thisUpdate, stamp, serial }: KeptAnswer<OcspAuthority>): string {
  return `"${toHex(serial).slice(-16)}-${thisUpdate.toString(36)}-${stamp.toString(36)}"`;
}
