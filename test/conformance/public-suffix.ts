/** Stand-in for a public suffix list in the conformance runs. */

/** Whether names directly below this one belong to different owners. */
export function isPublicSuffix(name: string): boolean {
  return !name.includes('.');
}
