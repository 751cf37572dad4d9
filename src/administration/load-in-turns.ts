/**
 * Loads the administration's modules in parts: an import keeps the process until all of it is loaded, and meanwhile
 * somebody may ask for the web page.
 */
import { setImmediate } from 'node:timers/promises';

/** What is worth a turn of its own: large packages, and features with what only they need. The rest comes with the last. */
const parts: readonly (() => Promise<unknown>)[] = [
  () => import('../storage/storage.ts'),
  () => import('fastify'),
  () => import('zod'),
  () => import('../features/trusted-ca/trusted-ca.ts'),
  () => import('../features/revocation/create-revocation.ts'),
  () => import('../features/identity/identity.ts'),
  () => import('../features/zones/create-zones.ts'),
  () => import('../features/private-ca/create-private-ca.ts'),
  () => import('../features/acme/create-acme.ts'),
  () => import('../features/acme-server/acme-server.ts'),
  () => import('../http/collect-routes.ts'),
];

export async function loadInTurns(): Promise<typeof import('./start-administration.ts')> {
  for (const load of parts) {
    await load();
    await setImmediate();
  }
  return import('./start-administration.ts');
}
