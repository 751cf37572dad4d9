/** Where the page of an identity is. */

/** `/security/server-certificate` for `server`, and so on; domains have a page each. */
export function slotPath(slot: string): string {
  if (slot === 'server' || slot === 'client') return `/security/${slot}-certificate`;
  return `/security/domain-certificates/${encodeURIComponent(slot.replace(/^domain:/, ''))}`;
}
