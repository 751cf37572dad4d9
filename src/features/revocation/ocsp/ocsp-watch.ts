/**
 * Certificates that open connections rest on: their OCSP responders are asked again and again, within limits, so that a
 * revocation is noticed long before the answer at hand runs out. Nothing is asked for a certificate that nobody has
 * wanted to know about for ten minutes.
 */
import type { Clock } from '../../../lib/clock.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { certificateKey, ocspUrls } from './certificate-key.ts';

export interface OcspWatchDeps {
  readonly clock: Clock;
  /** Asks one responder, once at a time, and keeps what it answers. */
  readonly ask: (url: string, certificate: Certificate, issuer: Certificate, within: number) => Promise<unknown>;
  /** Whether it is no use to ask soon again. */
  readonly isMadeInAdvance: (certificate: Certificate, issuer: Certificate) => boolean;
  readonly onError: (error: unknown) => void;
}

interface Watched {
  readonly url: string;
  readonly host: string;
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  wantedAt: number;
  askedAt: number;
}

const forgetMs = 600_000;
const tickMs = 250;
const askMs = 4_500;
const mostWatched = 10_000;
/** The least between two questions about one certificate, and where the answer was made in advance. */
const againMs = 3_000;
const madeInAdvanceMs = 60_000;
/** And between two to one responder. */
const hostAgainMs = 500;

export class OcspWatch {
  readonly #deps: OcspWatchDeps;
  readonly #watched = new Map<string, Watched>();
  readonly #hosts = new Map<string, number>();

  constructor(deps: OcspWatchDeps) {
    this.#deps = deps;
  }

  /** An open connection rests on what the certificate's responder says. */
  want(certificate: Certificate, issuer: Certificate): void {
    const url = ocspUrls(certificate)[0];
    const host = url === undefined ? undefined : hostOf(url);
    if (url === undefined || host === undefined) return;
    const key = certificateKey(certificate, issuer);
    const now = this.#deps.clock.monotonic();
    const known = this.#watched.get(key);
    if (known !== undefined) known.wantedAt = now;
    else if (this.#watched.size < mostWatched)
      this.#watched.set(key, { url, host, certificate, issuer, wantedAt: now, askedAt: now });
  }

  /** Asks until the function it returns is called. */
  start(): () => void {
    const timer = setInterval(() => this.#tick(), tickMs);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** One question per responder at most; whoever was asked about goes to the end of the queue. */
  #tick(): void {
    const { clock, ask, isMadeInAdvance, onError } = this.#deps;
    const now = clock.monotonic();
    const asked = new Set<string>();
    for (const [key, one] of this.#watched) {
      if (now - one.wantedAt > forgetMs) {
        this.#watched.delete(key);
        continue;
      }
      if (asked.has(one.host) || now - (this.#hosts.get(one.host) ?? -hostAgainMs) < hostAgainMs) continue;
      if (now - one.askedAt < (isMadeInAdvance(one.certificate, one.issuer) ? madeInAdvanceMs : againMs)) continue;
      asked.add(one.host);
      this.#hosts.set(one.host, now);
      one.askedAt = now;
      this.#watched.delete(key);
      this.#watched.set(key, one);
      ask(one.url, one.certificate, one.issuer, askMs).catch(onError);
    }
    if (this.#watched.size === 0) this.#hosts.clear();
  }
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
