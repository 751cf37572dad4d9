/** Requests signed by the account's key (RFC 8555 6): nonces, the directory, and what a refusal means. */
import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../../../lib/clock.ts';
import { AcmeProblem } from '../acme-problem.ts';
import { jwkThumbprint, publicJwk } from '../jws/jwk.ts';
import { signJws } from '../jws/jws.ts';
import { type Directory, readDirectory } from '../resource/directory.ts';
import { type JsonObject, readObject } from '../resource/json-value.ts';
import { type ProblemDocument, problemText, readProblemDocument } from '../resource/problem-document.ts';
import { webPage } from '../resource/web-page.ts';
import type { HttpsAnswer, HttpsRequest, HttpsTransport } from './https-transport.ts';
import { linkTargets } from './link-header.ts';
import { NoncePool } from './nonce-pool.ts';
import { clampedTime, longestWait, retryAfter, retryAfterText } from './retry-after.ts';
import { createUrlRule, type UrlRule } from './url-rule.ts';

export interface SignedRequestsDeps {
  /** An https URL. */
  readonly directoryUrl: string;
  /** Further hosts that the operator takes for this CA's, as `host` or `host:port`; the directory's own is always one. */
  readonly approvedHosts?: readonly string[];
  readonly transport: HttpsTransport;
  readonly clock: Clock;
  /** P-256, P-384, RSA or Ed25519, and no certificate's key. */
  readonly accountKey: KeyObject;
  /** The account's URL, once it is known. */
  readonly accountUrl?: string;
  /** Ends every request of this client, whatever it is for; its reason is what they throw. */
  readonly signal?: AbortSignal;
}

export interface PostOptions {
  /** Signs with this key and shows it, instead of the account's URL. */
  readonly shownKey?: KeyObject;
  readonly accept?: string;
  /** 1 MiB unless told. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

const jsonLimit = 1 << 20;
/** Servers may refuse every other nonce to see whether clients cope; none refuses so many in a row. */
const nonceTries = 40;
const directoryAge = 3_600_000;

export class SignedRequests {
  readonly #deps: SignedRequestsDeps;
  readonly #nonces: NoncePool;
  readonly checkUrl: UrlRule;
  #key: KeyObject;
  #directory: { readonly until: number; readonly value: Promise<Directory> } | undefined;
  accountUrl: string | undefined;

  constructor(deps: SignedRequestsDeps) {
    this.#deps = deps;
    this.#nonces = new NoncePool(deps.clock);
    this.checkUrl = createUrlRule(deps.directoryUrl, deps.approvedHosts);
    this.#key = deps.accountKey;
    this.accountUrl = deps.accountUrl;
  }

  get thumbprint(): string {
    return jwkThumbprint(publicJwk(this.#key));
  }

  get key(): KeyObject {
    return this.#key;
  }

  set key(key: KeyObject) {
    this.#key = key;
  }

  get clock(): Clock {
    return this.#deps.clock;
  }

  /** Every URL in it has passed the rule for URLs. */
  directory(): Promise<Directory> {
    const now = this.clock.monotonic();
    if (this.#directory === undefined || this.#directory.until <= now) {
      const value = this.#readDirectory();
      this.#directory = { until: now + directoryAge, value };
      value.catch(() => {
        this.#directory = undefined;
      });
    }
    return this.#directory.value;
  }

  /** Unsigned, for what everybody may read: the directory and renewal information (RFC 8555 6.3, RFC 9773 4.1). */
  async get(url: string): Promise<HttpsAnswer> {
    const target = this.checkUrl(url);
    const answer = await this.#send({
      method: 'GET',
      url: target,
      headers: { accept: 'application/json' },
      maxBytes: jsonLimit,
    });
    this.#nonces.add(header(answer, 'replay-nonce'));
    if (answer.status !== 200) throw this.#refusal(answer, readRefusal(answer), target);
    return answer;
  }

  /** `payload` undefined: POST-as-GET. An answer of the 200s; anything else is thrown as AcmeProblem. */
  async post(url: string, payload: object | undefined, options: PostOptions = {}): Promise<HttpsAnswer> {
    const target = this.checkUrl(url);
    const text = payload === undefined ? '' : JSON.stringify(payload);
    const signer = options.shownKey ?? this.#key;
    const kid = options.shownKey === undefined ? this.#account() : undefined;
    for (let tries = 1; ; tries++) {
      const nonce = this.#nonces.take() ?? (await this.#newNonce());
      const jws = signJws(signer, { ...(kid !== undefined && { kid }), nonce, url }, text);
      const answer = await this.#send({
        method: 'POST',
        url: target,
        headers: { 'content-type': 'application/jose+json', accept: options.accept ?? 'application/json' },
        body: JSON.stringify(jws),
        maxBytes: options.maxBytes ?? jsonLimit,
        ...(options.signal !== undefined && { signal: options.signal }),
      });
      this.#nonces.add(header(answer, 'replay-nonce'));
      if (answer.status >= 200 && answer.status < 300) return answer;
      const document = readRefusal(answer);
      // RFC 8555 6.5: the answer itself carries the nonce to try next
      if (document.type !== 'badNonce') throw this.#refusal(answer, document, target);
      if (tries === nonceTries)
        throw new AcmeProblem('acme.bad-nonces', `${target.host} refused ${tries} nonces in a row.`, { document });
    }
  }

  /** The object in an answer and the URL in its Location header, by default the one asked. */
  object(answer: HttpsAnswer, what: string): JsonObject {
    return readObject(answer.body, what);
  }

  /** The URL of a thing just made (RFC 8555 7.3, 7.4); throws when the server names none. */
  location(answer: HttpsAnswer, what: string): string {
    const value = header(answer, 'location');
    if (value === undefined) throw new AcmeProblem('acme.answer', `${what}: the answer names no Location.`);
    return this.checkUrl(value).href;
  }

  /** The directory is checked as a whole before anything is sent to any URL in it. */
  async #readDirectory(): Promise<Directory> {
    const answer = await this.get(this.#deps.directoryUrl);
    const directory = readDirectory(readObject(answer.body, 'The directory'));
    const { newNonce, newAccount, newOrder, revokeCert, keyChange, renewalInfo } = directory;
    for (const url of [newNonce, newAccount, newOrder, revokeCert, keyChange, renewalInfo])
      if (url !== undefined) this.checkUrl(url);
    return directory;
  }

  async #newNonce(): Promise<string> {
    const { newNonce } = await this.directory();
    // the directory's own answer may have brought one
    const early = this.#nonces.take();
    if (early !== undefined) return early;
    const target = this.checkUrl(newNonce);
    const answer = await this.#send({ method: 'HEAD', url: target, maxBytes: 0 });
    if (answer.status >= 400) throw this.#refusal(answer, readProblemDocument(undefined, answer.status), target);
    if (!this.#nonces.add(header(answer, 'replay-nonce')))
      throw new AcmeProblem('acme.answer', 'The server gives no nonce in base64url.');
    return this.#nonces.take() ?? '';
  }

  #send(request: HttpsRequest): Promise<HttpsAnswer> {
    const { transport, signal } = this.#deps;
    return transport.send({ ...(signal !== undefined && { signal }), ...request });
  }

  #account(): string {
    if (this.accountUrl !== undefined) return this.accountUrl;
    throw new AcmeProblem('acme.account-needed', 'No account of this key is known.');
  }

  #refusal(answer: HttpsAnswer, document: ProblemDocument, asked: URL): AcmeProblem {
    const now = this.clock.now();
    const wanted = retryAfter(header(answer, 'retry-after'), now) ?? retryAfterText(document.detail);
    const retryAt = wanted === undefined ? undefined : clampedTime(wanted, now, 1_000, longestWait);
    const words = document.detail === '' && document.type === 'other' ? 'no reason given' : problemText(document);
    const failure = { document, ...(retryAt !== undefined && { retryAt }) };
    const detail = `The CA answers with status ${answer.status}: ${words}.`.replace(/\.\.$/, '.');
    if (document.type === 'userActionRequired') return actionWanted(answer, document, asked, detail);
    return new AcmeProblem(codeFor(document, answer.status, retryAt), detail, failure);
  }
}

function codeFor({ type }: ProblemDocument, status: number, retryAt: number | undefined): AcmeProblem['code'] {
  if (type === 'rateLimited' || status === 429) return 'acme.rate-limited';
  if (status === 503 && retryAt !== undefined) return 'acme.rate-limited';
  if (type === 'accountDoesNotExist') return 'acme.account-needed';
  if (type === 'externalAccountRequired') return 'acme.binding-needed';
  if (type === 'invalidProfile') return 'acme.profile-unknown';
  return 'acme.refused';
}

/** RFC 8555 7.3.3: other terms are linked to, and the document names the page on which a person accepts them. */
function actionWanted(answer: HttpsAnswer, document: ProblemDocument, asked: URL, detail: string): AcmeProblem {
  const terms = webPage(linkTargets(header(answer, 'link'), 'terms-of-service', asked)[0]);
  const page = webPage(document.instance, asked.href);
  const code = terms === undefined && page !== undefined ? 'acme.action-needed' : 'acme.terms-not-accepted';
  const links = [
    ...(terms === undefined ? [] : [`Terms of service: ${terms}`]),
    ...(page === undefined ? [] : [`What to do: ${page}`]),
  ];
  return new AcmeProblem(code, [detail, ...links].join(' '), { document });
}

/** Some servers refuse with HTML or nothing: then only the status speaks. */
function readRefusal({ status, headers, body }: HttpsAnswer): ProblemDocument {
  if (!/json/i.test(headers['content-type'] ?? '')) return readProblemDocument(undefined, status);
  try {
    return readProblemDocument(readObject(body, 'The refusal'), status);
  } catch {
    return readProblemDocument(undefined, status);
  }
}

/** The one value of a header; undefined when it is absent, repeated or too long. */
export function header({ headers }: HttpsAnswer, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value.length <= 8_192 ? value : undefined;
}
