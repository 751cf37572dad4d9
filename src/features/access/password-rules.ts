/** Which passwords are accepted: length, and no common or guessable word as the whole of it (NIST SP 800-63B 5.1.1.2). */
import { Problem } from '../../lib/problem.ts';

/** In characters (code points) after NFC. */
const passwordLength = { min: 15, max: 128 } as const;

/** NFC, so that the same password typed on another keyboard is the same. Nothing is cut. */
export function normalisePassword(password: string): string {
  return password.normalize('NFC');
}

/** Throws `access.password-refused` with the reason. `name` is the user's: it does not count as a secret. */
export function checkPassword(password: string, name: string): void {
  const reason = faultOf(normalisePassword(password), name);
  if (reason === undefined) return;
  throw new Problem({
    code: 'access.password-refused',
    status: 422,
    title: 'This password cannot be used',
    detail: reason,
    hint: 'Four or five words that do not belong together are long enough and easy to keep.',
    errors: [{ code: 'access.password-refused', field: 'password', detail: reason }],
  });
}

function faultOf(password: string, name: string): string | undefined {
  const length = [...password].length;
  if (length < passwordLength.min)
    return `A password has at least ${passwordLength.min} characters; this has ${length}.`;
  if (length > passwordLength.max)
    return `A password has at most ${passwordLength.max} characters; this has ${length}.`;
  const rest = withoutGuessable(plain(password), [plain(name), ...guessable]);
  if (new Set(rest).size >= 5) return undefined;
  return 'This password consists of common words, the names of user or product, or of few different characters.';
}

/** Lower case, without separators, with the usual digits-for-letters undone. */
function plain(text: string): string {
  const letters: Readonly<Record<string, string>> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't' };
  return text
    .toLowerCase()
    .replace(/[@$!]/g, (c) => (c === '@' ? 'a' : c === '$' ? 's' : 'i'))
    .replace(/\d/g, (c) => letters[c] ?? c)
    .replace(/[\s._-]/g, '');
}

/** What is left of `text` when every guessable word is taken out, longest first. */
function withoutGuessable(text: string, words: readonly string[]): string {
  return words
    .filter((word) => word.length >= 3)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, word) => rest.replaceAll(word, ''), text);
}

/** Common words of leaked lists, keyboard rows and the words of this product, in the form `plain` gives them. */
const guessable: readonly string[] = [
  ...['tollgate', 'gateway', 'certificate', 'expressway', 'security', 'secure', 'server', 'client', 'trusted'],
  ...['administrator', 'admin', 'auditor', 'operator', 'manager', 'system', 'root', 'user', 'guest', 'default'],
  ...['password', 'passwort', 'passphrase', 'passw', 'pass', 'secret', 'login', 'letmein', 'welcome', 'changeme'],
  ...['please', 'change', 'enter', 'hello', 'test', 'demo', 'sample', 'example', 'temp', 'company', 'internet'],
  ...['qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'zxcvbnm', 'yxcvbnm', 'qwerty', 'qwertz', 'azerty'],
  ...['asdfgh', 'asdf', 'zxcvbn', 'qazwsx', 'abcdefghijklmnopqrstuvwxyz', 'abcdefgh', 'abcdef', 'abcd', 'abc'],
  ...['correcthorsebatterystaple', 'iloveyou', 'trustno', 'sunshine', 'princess', 'dragon', 'monkey', 'football'],
  ...['baseball', 'superman', 'batman', 'shadow', 'master', 'michael', 'jordan', 'charlie', 'computer', 'samsung'],
  ...['summer', 'winter', 'spring', 'autumn', 'january', 'february', 'october', 'november', 'december', 'monday'],
  ...['starwars', 'pokemon', 'freedom', 'whatever', 'flower', 'jesus', 'ninja', 'mustang', 'access', 'killer'],
  // 1234567890 and its parts, as `plain` writes digits
  ...['i2eas6t89o', 'i2eas6t89', 'i2eas6t8', 'i2eas6t', 'i2eas6', 'i2eas', 'i2ea', 'i2e', 'o987654e2i'],
];
