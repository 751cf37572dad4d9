/** The shape of host names in certificates: RFC 1034 3.5 as RFC 5280 4.2.1.6 demands it, ASCII only. */

/** Letters, digits and hyphens in labels of 1 to 63, no hyphen at an end, at most 253 in all. */
export function isHostName(text: string): boolean {
  if (text.length > 253) return false;
  let label = 0;
  let before = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const hyphen = c === 0x2d;
    if (c === 0x2e) {
      if (label === 0 || before === 0x2d) return false;
      label = 0;
    } else {
      const letterOrDigit = (c >= 0x61 && c <= 0x7a) || (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a);
      if (!letterOrDigit && !(hyphen && label > 0)) return false;
      if (++label > 63) return false;
    }
    before = c;
  }
  return label > 0 && before !== 0x2d;
}

/** Whether text is written like an IPv4 address, whatever its numbers. */
export function isDottedQuad(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text);
}
