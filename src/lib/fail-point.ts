/**
 * Named places where a test makes the process die or fail. `TOLLGATE_FAIL=name:kill` ends the process by SIGKILL at
 * the point, `name:error` throws there (once), `name:sleep` stops for 60 s. Does nothing when the variable is not set.
 */
const spec = process.env['TOLLGATE_FAIL'] ?? '';
const separator = spec.lastIndexOf(':');
const target = spec.slice(0, separator);
const action = spec.slice(separator + 1);
let spent = false;

/** Called between two steps of a change; `name` is listed by `failPoints`. */
export function failPoint(name: FailPoint): void {
  if (target !== name || spent) return;
  spent = true;
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  if (action === 'sleep') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  if (action === 'error') throw Object.assign(new Error(`injected failure at ${name}`), { code: 'EIO' });
}

/** Every point there is; a test visits them all. */
export const failPoints = ['file.create', 'file.write', 'file.sync', 'file.rename', 'file.sync-folder'] as const;

export type FailPoint = (typeof failPoints)[number];
