/** Password hashes: argon2id with the parameters kept in the hash (RFC 9106; PHC string format). */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { Problem } from '../../lib/problem.ts';
import type { Secret } from '../../lib/secret.ts';
import { normalisePassword } from './password-rules.ts';

interface Cost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

const cost: Cost = { memory: 19_456, passes: 2, parallelism: 1 };

/** A hash with a fresh salt. */
export async function hashPassword(password: Secret<string>): Promise<string> {
  const salt = randomBytes(16);
  return encode(cost, salt, await derive(password, cost, salt, 32));
}

/**
 * Whether `password` gives `stored`. With `stored` undefined it works as long and answers false, so that time does not
 * tell whether a user exists. `outdated`: made with other parameters than today's.
 */
export async function verifyPassword(
  password: Secret<string>,
  stored: string | undefined,
): Promise<{ readonly right: boolean; readonly outdated: boolean }> {
  const parsed = decode(stored ?? dummy);
  if (parsed === undefined) throw new Error('a stored password hash cannot be read');
  const derived = await derive(password, parsed.cost, parsed.salt, parsed.hash.length);
  const right = timingSafeEqual(derived, parsed.hash) && stored !== undefined;
  return {
    right,
    outdated: right && encode(parsed.cost, parsed.salt, parsed.hash) !== encode(cost, parsed.salt, parsed.hash),
  };
}

const dummy = encode(cost, randomBytes(16), randomBytes(32));

function encode({ memory, passes, parallelism }: Cost, salt: Uint8Array, hash: Uint8Array): string {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${text(salt)}$${text(hash)}`;
}

function decode(stored: string) {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(stored);
  if (match === null) return undefined;
  const [, memory, passes, parallelism, salt = '', hash = ''] = match;
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

/** At most two at once, so that file access keeps half of the thread pool; at most 64 wait. */
const slots = { free: 2, waiting: [] as (() => void)[] };

async function derive(password: Secret<string>, using: Cost, salt: Uint8Array, length: number): Promise<Buffer> {
  await takeSlot();
  const message = Buffer.from(normalisePassword(password.reveal()));
  try {
    return await new Promise((resolve, reject) =>
      argon2('argon2id', { message, nonce: salt, tagLength: length, ...using }, (error, key) =>
        error ? reject(error) : resolve(key),
      ),
    );
  } finally {
    message.fill(0);
    const next = slots.waiting.shift();
    if (next) next();
    else slots.free++;
  }
}

async function takeSlot(): Promise<void> {
  if (slots.free > 0) {
    slots.free--;
    return;
  }
  if (slots.waiting.length >= 64) {
    throw new Problem({
      code: 'access.busy',
      status: 503,
      title: 'Too many log-ins at once',
      detail: 'More passwords wait to be checked than this gateway can check soon.',
      hint: 'Try again in a few seconds.',
      extra: { retryAfter: 5 },
    });
  }
  await new Promise<void>((resolve) => slots.waiting.push(resolve));
}
