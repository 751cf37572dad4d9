/** The shape of host names in certificates: RFC 1034 3.5 as RFC 5280 4.2.1.6 demands it, ASCII only. */

/** Letters, digits and hyphens in labels of 1 to 63, no hyphen at an end, at most 253 in all. */
export function isHostName(text: string): boolean {
  if (text.length === 0 || text.length > 253) return false;
  return text.split('.').every((label) => label.length <= 63 && /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(label));
}

/** Whether text is written like an IPv4 address, whatever its numbers. */
export function isDottedQuad(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text);
}
