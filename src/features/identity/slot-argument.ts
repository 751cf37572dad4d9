/** The slot as it stands on the command line and in a path. */

/** The argument as every command of the feature takes it. */
export const slotArgument = { name: '<slot>', description: 'server, client or domain:NAME' } as const;

/** The API path of the slot named on the command line. */
export function slotPath(slot: string | readonly string[] | undefined): string {
  return `/identities/${encodeURIComponent(String(slot))}`;
}
