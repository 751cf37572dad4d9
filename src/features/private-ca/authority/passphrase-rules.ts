/** Which passphrases a new key may be put under: long, and not of one character (NIST SP 800-63B 5.1.1.2). */
import type { Secret } from '../../../lib/secret.ts';
import type { Fault } from '../problems.ts';

/** In characters (code points) after NFC. */
const length = { min: 15, max: 256 } as const;

/** What is wrong with it; nothing of the passphrase is repeated. */
export function passphraseFaults(passphrase: Secret<string>): readonly Fault[] {
  const characters = [...passphrase.reveal().normalize('NFC')];
  const hint = 'Four or five words that do not belong together are long enough and easy to keep.';
  const fault = (detail: string): readonly Fault[] => [{ field: 'passphrase', detail, hint }];
  if (characters.length < length.min) {
    return fault(`A passphrase has at least ${length.min} characters; this has ${characters.length}.`);
  }
  if (characters.length > length.max) return fault(`A passphrase has at most ${length.max} characters.`);
  return new Set(characters).size < 5 ? fault('This passphrase is made of few different characters.') : [];
}
