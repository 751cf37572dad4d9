/**
 * Named places where a test makes the process die or fail. `TOLLGATE_FAIL=name:kill` ends the process by SIGKILL at
 * the point, `name:error` throws there (once), `name:sleep` stops for 60 s; `name@3:kill` lets the point pass twice;
 * `all:record` only notes the points that are passed. Does nothing when the variable is not set.
 */
let target = '';
let action = '';
let visitsLeft = 0;
/** What `all:record` noted, in order. */
export const visitedFailPoints: FailPoint[] = [];
armFailPoint(process.env['TOLLGATE_FAIL'] ?? '');

/** Called between two steps of a change; `name` is listed by `failPoints`. */
export function failPoint(name: FailPoint): void {
  if (action === 'record') visitedFailPoints.push(name);
  if (target !== name || --visitsLeft > 0) return;
  target = '';
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  if (action === 'sleep') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  if (action === 'error') throw Object.assign(new Error(`injected failure at ${name}`), { code: 'EIO' });
}

/** Sets the point by hand, in the form of the variable; empty text for none. For tests that first need a sound state. */
export function armFailPoint(spec: string): void {
  const [, name = '', visit = '1', what = ''] = /^([^@:]+)(?:@(\d+))?:(kill|error|sleep|record)$/.exec(spec) ?? [];
  target = name;
  action = what;
  visitedFailPoints.length = 0;
  visitsLeft = Number(visit);
}

/** Every point there is; a test visits them all. */
export const failPoints = [
  'file.create',
  'file.write',
  'file.write-half',
  'file.sync',
  'file.rename',
  'file.sync-folder',
  'file.done',
  'vault.create',
  'vault.created',
  'database.create',
  'database.created',
  'migration.begin',
  'migration.change',
  'migration.record',
  'migration.done',
  'transaction.begin',
  'transaction.begun',
  'transaction.commit',
  'transaction.committed',
  'identity.slot',
  'identity.slot-written',
  'identity.version',
  'identity.version-written',
  'identity.version-state',
  'identity.version-retire',
  'identity.version-delete',
  'identity.renewal',
  'identity.renewal-written',
  'identity.csr',
  'identity.csr-written',
  'identity.csr-end',
  'identity.csr-ended',
  'identity.known-key',
  'identity.slot-delete',
  'identity.slot-emptied',
  'identity.preview',
  'identity.preview-used',
  'identity.audit',
  'identity.publish',
  'trusted-ca.append',
  'trusted-ca.remove',
  'trusted-ca.reset',
  'trusted-ca.undo',
  'trusted-ca.seed',
  'revocation.numbers',
  'revocation.files',
  'revocation.rows',
  'revocation.settings',
  'private-ca.authority',
  'private-ca.authority-written',
  'private-ca.sign',
  'private-ca.signed',
  'private-ca.record',
  'private-ca.record-written',
  'private-ca.recorded',
  'private-ca.status',
  'private-ca.status-written',
  'private-ca.import',
  'private-ca.imported',
] as const;

/** Those of an order at a CA, before each step and between what it does and what is kept of it. */
export const orderFailPoints = [
  'acme.begin',
  'acme.begin-done',
  'acme.request',
  'acme.request-done',
  'acme.account',
  'acme.account-made',
  'acme.account-done',
  'acme.order',
  'acme.order-done',
  'acme.authorize',
  'acme.authorize-done',
  'acme.present',
  'acme.present-done',
  'acme.respond',
  'acme.respond-done',
  'acme.validate',
  'acme.validate-done',
  'acme.finalize',
  'acme.finalize-done',
  'acme.issue',
  'acme.issue-done',
  'acme.download',
  'acme.download-done',
  'acme.store',
  'acme.store-done',
] as const;

/** Those of publishing a CRL: number, file, record, exchange of what is served. */
export const publishFailPoints = [
  'private-ca.crl-number',
  'private-ca.crl-number-kept',
  'private-ca.crl-written',
  'private-ca.crl-recorded',
  'private-ca.published',
] as const;

/** Those of an order of a client at our own ACME server. */
export const acmeServerFailPoints = [
  'acme-server.validated',
  'acme-server.processing',
  'acme-server.issued',
  'acme-server.certificate',
] as const;

export type FailPoint =
  | (typeof failPoints)[number]
  | (typeof orderFailPoints)[number]
  | (typeof publishFailPoints)[number]
  | (typeof acmeServerFailPoints)[number];
