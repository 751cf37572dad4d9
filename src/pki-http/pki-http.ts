/**
 * The process that serves CRLs, CA certificates and OCSP answers over plain HTTP, as RFC 5280 and RFC 6960 want it. It
 * has no database and no key but those that sign OCSP answers, and may read nothing but the program and `pki/` of the
 * data folder. It goes on while the administration is away.
 */
import { createLog } from '../lib/log.ts';
import { createPublicListener } from './http/listen.ts';
import type { PublishReport, PublishStart } from './messages.ts';
import { createSite } from './site.ts';

/** A revocation is in an answer this much later, at the latest. */
const lookEvery = 500;
const reportEvery = 10_000;

process.umask(0o077);
// whatever ends the supervisor frees the port for the next one
process.once('disconnect', () => process.exit(0));
process.once('message', (message: PublishStart) => void serve(message));
process.send?.({ type: 'ready' });

async function serve({ folder, key, logLevel }: PublishStart): Promise<void> {
  const log = createLog(logLevel, 'pki-http');
  process.on('uncaughtException', (error) => {
    log.error('unexpected failure, ending', { error });
    process.exit(70);
  });
  const site = createSite(folder, Buffer.from(key, 'hex'), log);
  await site.refresh();
  const listener = createPublicListener(site.answer, () => site.limits);
  await listener.listen({ fd: 4 });
  const report = () => {
    const { serial, counts } = site;
    const { open, refused } = listener;
    process.send?.({ type: 'serving', serial, open, refused, counts } satisfies PublishReport);
  };
  report();
  setInterval(report, reportEvery);
  for (let before = site.serial; ; before = site.serial) {
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
    await site.refresh();
    if (site.serial !== before) report();
  }
}
