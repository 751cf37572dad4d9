/** Headers by which a server is asked only for what is newer than what is at hand (RFC 9110 13.1); then it answers 304. */
export function ifNewer(
  etag: string | null | undefined,
  lastModified: string | null | undefined,
): Readonly<Record<string, string>> {
  if (etag) return { 'if-none-match': etag };
  return lastModified ? { 'if-modified-since': lastModified } : {};
}
