/**
 * OCSP responders: asked by POST, with a nonce, for an answer of at most 64 KiB that is verified before it is kept
 * (RFC 6960, RFC 9654). A certificate once known as revoked stays so until a newer answer says otherwise.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../lib/clock.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import type { RevocationStatus } from '../../../pki/crl/revocation-status.ts';
import { buildOcspRequest } from '../../../pki/ocsp/build-ocsp-request.ts';
import { parseOcspResponse } from '../../../pki/ocsp/ocsp.ts';
import { type OcspAnswer, ocspStatus, ocspUsableUntil } from '../../../pki/ocsp/ocsp-status.ts';
import type { Storage } from '../../../storage/storage.ts';
import { FailureMemory } from '../fetch/failure-memory.ts';
import { type FetchError, fetchError } from '../fetch/fetch-error.ts';
import type { FetchAnswer, OutboundHttp } from '../fetch/outbound-http.ts';
import { SingleFlight } from '../fetch/single-flight.ts';
import { deleteKnownRevoked, putKnownRevoked, readKnownRevoked } from '../store.ts';
import { certificateKey, ocspUrls } from './certificate-key.ts';

export interface OcspSourceDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly http: OutboundHttp;
  readonly nonceRequired: () => boolean;
  /** A certificate was found revoked that was not known as such, or the other way round. */
  readonly onStatusChange: (certificate: Certificate) => void;
}

/** An OCSP response as it goes into a handshake (RFC 6066 8). */
export interface OcspStaple {
  readonly der: Uint8Array;
  /** Milliseconds since 1970; not to be sent later. */
  readonly until: number;
}

interface Kept {
  readonly answer: OcspAnswer;
  readonly revoked: boolean;
  readonly thisUpdate: number;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** It holds our nonce, so that it was made for this question and not beforehand (RFC 9654 1). */
  readonly made: boolean;
}

const largest = 64 * 1024;
const mostKept = 10_000;
const longLived = 86_400_000;
/** RFC 6960 A.1: a longer request is not sent by GET. */
const longestGet = 255;

export class OcspSource {
  readonly #deps: OcspSourceDeps;
  readonly #failures: FailureMemory;
  readonly #flights = new SingleFlight<Result<OcspAnswer, FetchError>>();
  readonly #kept = new Map<string, Kept>();
  /** What the last answers said was revoked. */
  readonly #revoked = new Set<string>();
  /** Responders that know SHA-1 only. */
  readonly #sha1 = new Set<string>();

  constructor(deps: OcspSourceDeps) {
    this.#deps = deps;
    this.#failures = new FailureMemory(deps.clock);
  }

  /** Brings back what was known as revoked before the start. */
  async open(): Promise<void> {
    for (const row of await readKnownRevoked(this.#deps.storage.db)) {
      const answer = { der: row.answer, source: `ocsp: ${row.url}` };
      // until it is asked about again nothing is known of its end, so it only counts as "was revoked"
      this.#kept.set(row.id, { answer, revoked: true, thisUpdate: row.this_update, until: 0, made: false });
      this.#revoked.add(row.id);
    }
  }

  /** After a change of the settings everything may be asked again. */
  forgetFailures(): void {
    this.#failures.forget();
  }

  /** The answer that is still good, if there is one. */
  kept(certificate: Certificate, issuer: Certificate): OcspAnswer | undefined {
    const kept = this.#kept.get(certificateKey(certificate, issuer));
    return kept !== undefined && (kept.revoked || kept.until >= this.#deps.clock.now()) ? kept.answer : undefined;
  }

  /** Whether answers about it are made in advance and hold for long: asking again soon brings the same one. */
  isMadeInAdvance(certificate: Certificate, issuer: Certificate): boolean {
    const kept = this.#kept.get(certificateKey(certificate, issuer));
    return kept !== undefined && !kept.made && kept.until - kept.thisUpdate > longLived;
  }

  /** Whether the last word about it was "revoked", however long ago. */
  wasRevoked(certificate: Certificate, issuer: Certificate): boolean {
    return this.#kept.get(certificateKey(certificate, issuer))?.revoked === true;
  }

  /**
   * An answer about a certificate of our own, to be stapled: the one that is kept, asked anew once half of its time is
   * over. Undefined when there is no responder, none that answers, or the answer says that it is revoked.
   */
  async staple(certificate: Certificate, issuer: Certificate, within: number): Promise<OcspStaple | undefined> {
    const url = ocspUrls(certificate)[0];
    if (url === undefined) return undefined;
    const key = certificateKey(certificate, issuer);
    const before = this.#kept.get(key);
    const now = this.#deps.clock.now();
    if (before === undefined || now >= (before.thisUpdate + before.until) / 2)
      await this.ask(url, certificate, issuer, within);
    const kept = this.#kept.get(key);
    if (kept === undefined || kept.revoked || kept.until < now) return undefined;
    return { der: kept.answer.der, until: kept.until };
  }

  /** Asks one responder. The answer is verified: it says good or revoked about this certificate now. */
  ask(
    url: string,
    certificate: Certificate,
    issuer: Certificate,
    within: number,
  ): Promise<Result<OcspAnswer, FetchError>> {
    const resting = this.#failures.resting(url);
    if (resting !== undefined) return Promise.resolve(err(resting));
    const key = certificateKey(certificate, issuer);
    return this.#flights.run(`${url} ${key}`, async () => {
      const result = await this.#askNow(url, key, certificate, issuer, within);
      if (result.ok) this.#failures.succeeded(url);
      else this.#failures.failed(url, result.error);
      return result;
    });
  }

  async #askNow(
    url: string,
    key: string,
    certificate: Certificate,
    issuer: Certificate,
    within: number,
  ): Promise<Result<OcspAnswer, FetchError>> {
    const { clock } = this.#deps;
    const end = clock.monotonic() + within;
    let reason = '';
    for (const hash of this.#sha1.has(url) ? (['sha1'] as const) : (['sha256', 'sha1'] as const)) {
      const nonce = new Uint8Array(randomBytes(32));
      const request = buildOcspRequest({ certificate, issuer, hash, nonce });
      const fetched = await this.#exchange(url, request, end - clock.monotonic());
      if (!fetched.ok) return fetched;
      const answer: OcspAnswer = { der: fetched.value.body, source: `ocsp: ${url}`, nonce };
      const status = this.#judge(answer, certificate, issuer);
      if (status.status !== 'unknown') {
        if (hash === 'sha1') this.#sha1.add(url);
        await this.#keep(key, url, answer, status);
        if (this.#noteStatus(key, status)) this.#deps.onStatusChange(certificate);
        return ok(answer);
      }
      reason = status.message;
      // a responder that knows SHA-1 only says so in one of these ways
      if (!['ocsp.refused', 'ocsp.no-answer', 'ocsp.unknown'].includes(status.why)) break;
    }
    return err(
      fetchError('revocation.ocsp-answer', `${url}: ${reason}.`, 'Tell who runs the responder what it answered.'),
    );
  }

  /** Whether "revoked" is news, or that it is not any more. */
  #noteStatus(key: string, { status }: RevocationStatus): boolean {
    const revoked = status === 'revoked';
    const before = this.#revoked.has(key);
    if (revoked) this.#revoked.add(key);
    else this.#revoked.delete(key);
    return revoked !== before;
  }

  async #exchange(url: string, request: Uint8Array, within: number): Promise<Result<FetchAnswer, FetchError>> {
    const { http } = this.#deps;
    const rules = { origin: 'certificate', maxBytes: largest, mediaTypes: ['application/ocsp-response'] } as const;
    const end = this.#deps.clock.monotonic() + within;
    const headers = { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' };
    const posted = await http.fetch({ ...rules, url, method: 'POST', body: request, headers, within });
    const encoded = encodeURIComponent(Buffer.from(request).toString('base64'));
    const mayGet = !posted.ok && posted.error.code === 'revocation.http-status' && encoded.length <= longestGet;
    if (!mayGet) return posted;
    const getUrl = `${url.replace(/\/$/, '')}/${encoded}`;
    return http.fetch({ ...rules, url: getUrl, method: 'GET', within: end - this.#deps.clock.monotonic() });
  }

  #judge(answer: OcspAnswer, certificate: Certificate, issuer: Certificate): RevocationStatus {
    const rules = { algorithms: 'current', nonceRequired: this.#deps.nonceRequired() } as const;
    return ocspStatus({ certificate, issuer, answer, time: this.#deps.clock.now(), rules });
  }

  async #keep(key: string, url: string, answer: OcspAnswer, status: RevocationStatus): Promise<void> {
    const { storage, clock } = this.#deps;
    const now = clock.now();
    const evidence = status.evidence[0];
    if (evidence === undefined) return;
    const before = this.#kept.get(key);
    // an older answer never replaces a newer one
    if (before !== undefined && before.thisUpdate > evidence.thisUpdate) return;
    const revoked = status.status === 'revoked';
    const until = ocspUsableUntil(evidence, now);
    if (until !== undefined || revoked) {
      this.#kept.delete(key);
      const made = hasNonce(answer.der);
      this.#kept.set(key, { answer, revoked, thisUpdate: evidence.thisUpdate, until: until ?? now, made });
      this.#makeRoom();
    } else if (before?.revoked === true) this.#kept.delete(key);
    const row = { id: key, url, answer: answer.der, this_update: evidence.thisUpdate, retrieved_at: now };
    if (revoked) await storage.transaction((trx) => putKnownRevoked(trx, row));
    else if (before?.revoked === true) await storage.transaction((trx) => deleteKnownRevoked(trx, key));
  }

  /** The oldest good answers go first; what is known as revoked stays. */
  #makeRoom(): void {
    if (this.#kept.size <= mostKept) return;
    for (const [key, { revoked }] of this.#kept) {
      if (revoked) continue;
      this.#kept.delete(key);
      return;
    }
  }
}

function hasNonce(der: Uint8Array): boolean {
  const parsed = parseOcspResponse(der);
  return parsed.ok && parsed.value.basic?.nonce !== undefined;
}
