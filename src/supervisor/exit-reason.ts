/** Why a process ended, in words for the log. */
export function exitReason(code: number | null, signal: string | null): string {
  if (signal === 'SIGKILL') return 'killed (SIGKILL), perhaps for want of memory';
  if (signal !== null) return `ended by ${signal}`;
  return code === 0 ? 'ended by itself' : `exit code ${code ?? 'unknown'}`;
}
