/** Looks for private keys in what a gateway lets out. */
import { createPrivateKey, type KeyObject } from 'node:crypto';

/** Something that was let out: an answer, a log, a file. */
export interface Output {
  readonly name: string;
  readonly bytes: Buffer;
  /** Compiled text of the program, in which the words of an armour stand: there it must be followed by a key. */
  readonly program?: boolean;
}

/** Finds any of `keys` (PKCS#8 DER) in an output, and any armour of a private key; answers where, in words. */
export function findLeaks(outputs: readonly Output[], keys: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const wanted = [...keys].flatMap(([owner, der]) => needles(der).map((needle) => ({ owner, needle })));
  return outputs.flatMap(({ name, bytes, program = false }) => {
    const raw = bytes.toString('latin1');
    // Line breaks, also escaped ones of JSON, and separators of hexadecimal dumps.
    const joined = raw.replace(/\\r|\\n|[\s:"',]/g, '');
    const lower = joined.toLowerCase();
    const found = wanted.filter(({ needle: { text, form } }) =>
      (form === 'raw' ? raw : form === 'hex' ? lower : joined).includes(text),
    );
    const armour = (program ? armourWithKey : armourOfKey).exec(raw);
    return [
      ...found.map(({ owner, needle }) => `${name} holds the private key of ${owner} (${needle.form})`),
      ...(armour === null ? [] : [`${name} holds "${armour[0]}"`]),
    ];
  });
}

const armourOfKey = /-----BEGIN [^-]*PRIVATE/;
const armourWithKey = /-----BEGIN [^-]*PRIVATE KEY-----[\s\\rn]*[A-Za-z0-9+/]{32}/;

interface Needle {
  readonly form: 'raw' | 'hex' | 'base64';
  readonly text: string;
}

/** The whole PKCS#8 structure, and each secret number of it alone, in every form that text could take. */
function needles(der: Uint8Array): readonly Needle[] {
  const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  return [Buffer.from(der), ...secretNumbers(key)].flatMap((bytes) => [
    { form: 'raw' as const, text: bytes.toString('latin1') },
    { form: 'hex' as const, text: bytes.toString('hex') },
    // Base64 of bytes inside something longer begins at any of three places; only whole groups are looked for.
    ...[0, 1, 2].flatMap((skip) => {
      const groups = bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3);
      return [groups.toString('base64'), groups.toString('base64url')].map((text) => ({
        form: 'base64' as const,
        text,
      }));
    }),
  ]);
}

function secretNumbers(key: KeyObject): readonly Buffer[] {
  const jwk = key.export({ format: 'jwk' });
  return [jwk.d, jwk.p, jwk.q].filter((part) => part !== undefined).map((part) => Buffer.from(part, 'base64url'));
}
