/** Text from certificates and files, made safe for a log line, a terminal, a table cell. */

const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * Escapes control, bidirectional and invisible characters as `\xNN` or `\u{N}` and cuts what is longer than `max`
 * characters, with the number that was cut.
 */
export function printable(text: string, max = 256): string {
  const cut = text.length > max ? text.slice(0, max) : text;
  const escaped = cut.replace(unsafe, (c) => {
    const code = c.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
  return text.length > max ? `${escaped}… (${text.length - max} more characters)` : escaped;
}

/** At most `max` names joined by commas, and how many were left out. */
export function printableList(names: readonly string[], max = 20): string {
  const shown = names.slice(0, max).map((n) => printable(n));
  return names.length > max ? `${shown.join(', ')} and ${names.length - max} more` : shown.join(', ');
}
