/** Signed answers in memory: found by the CertID they are about, and by the very octets that asked for them. */

/** One signed answer. Times are milliseconds since 1970. */
export interface KeptAnswer<About> {
  readonly der: Uint8Array;
  readonly about: About;
  /** Content octets. */
  readonly serial: Uint8Array;
  /** Of the status it tells, see `StatusIndex.stamp`. */
  readonly stamp: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** From then on a new one is signed. */
  readonly renewAt: number;
  /** The whole HTTP answer as it is sent in `wireSecond`: on a connection that goes on, on one that ends. */
  readonly wire: [Buffer | undefined, Buffer | undefined];
  wireSecond: number;
}

export class AnswerCache<About> {
  readonly #byCertId = new Map<string, KeptAnswer<About>>();
  readonly #byQuestion = new Map<string, KeptAnswer<About>>();
  readonly #most: number;

  /** Keeps at most so many answers; the oldest go first. */
  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#byCertId.size;
  }

  /** The answer that these octets got before. */
  toQuestion(question: string): KeptAnswer<About> | undefined {
    return this.#byQuestion.get(question);
  }

  /** `certId` is DER, one character for each octet. */
  find(certId: string): KeptAnswer<About> | undefined {
    return this.#byCertId.get(certId);
  }

  keep(certId: string, answer: KeptAnswer<About>): void {
    this.#byCertId.delete(certId);
    put(this.#byCertId, certId, answer, this.#most);
  }

  /** From now on these octets lead to that answer. */
  remember(question: string, answer: KeptAnswer<About>): void {
    if (question.length <= longestQuestion) put(this.#byQuestion, question, answer, this.#most);
  }
}

/** A request about one certificate has about 120 octets, in base64 and a path about 200. */
const longestQuestion = 512;

function put<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  if (map.size >= most && !map.has(key)) map.delete(map.keys().next().value!);
  map.set(key, value);
}
