/** The default list: the temporary CA of this gateway and the bundled public roots. */
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { type Actor, systemActor } from '../../lib/actor.ts';
import { toHex } from '../../lib/bytes.ts';
import { failPoint } from '../../lib/fail-point.ts';
import { type Certificate, fingerprint, parseCertificate } from '../../pki/certificate/certificate.ts';
import type { Db, Trx } from '../../storage/schema.ts';
import { addPlanned } from './change.ts';
import { judgeCertificate } from './judge.ts';
import { judgeCertificates } from './judge-file.ts';
import { planAppend } from './plan-append.ts';
import { appendProblem } from './problems.ts';
import { markSource, readSeed, writeSeed } from './store.ts';
import type { TrustedCaWork } from './trusted-ca.ts';

/** At the first start, fills the list; returns whether it did. */
export function seedList(work: TrustedCaWork, temporaryCa: Uint8Array): Promise<boolean> {
  return work.storage.transaction(async (trx) => {
    if ((await readSeed(trx)) !== undefined) return false;
    await writeSeed(trx, temporaryCa);
    failPoint('trusted-ca.seed');
    const { certificates, temporary } = await defaultCertificates(work, trx);
    const state = await work.loader.load(trx);
    const plan = planAppend(await judgeCertificates(certificates), state, 'default list', work.clock.now());
    const options = { source: 'default', now: work.clock.now(), action: 'trusted-ca.seed' } as const;
    await addPlanned(trx, systemActor('first start'), plan, state, options);
    if (temporary !== undefined) await markSource(trx, [temporary], 'temporary');
    return true;
  });
}

/** Adds a temporary CA made later and makes it the one that a reset restores. */
export async function adoptTemporary(
  work: TrustedCaWork,
  trx: Trx,
  actor: Actor,
  temporaryCa: Uint8Array,
): Promise<void> {
  const certificates = parsed([temporaryCa]);
  const state = await work.loader.load(trx);
  const plan = planAppend(await judgeCertificates(certificates), state, 'temporary CA', work.clock.now());
  const problem = appendProblem(plan.report, false);
  if (problem !== undefined) throw problem;
  await writeSeed(trx, temporaryCa);
  if (plan.certificates.length === 0) return;
  const options = { source: 'temporary', now: work.clock.now(), action: 'trusted-ca.append' } as const;
  await addPlanned(trx, actor, plan, state, options);
}

/** What the default list holds, the temporary CA (named by its fingerprint) first. */
export async function defaultCertificates(
  work: TrustedCaWork,
  db: Db,
): Promise<{ readonly certificates: readonly Certificate[]; readonly temporary: string | undefined }> {
  const temporaryCa = await readSeed(db);
  const temporary = temporaryCa === undefined ? [] : parsed([temporaryCa]);
  const [first] = temporary;
  const certificates = [...temporary, ...parsed(work.publicRoots)];
  return {
    certificates: certificates.filter((certificate) => judgeCertificate(certificate).verdict === 'added'),
    temporary: first === undefined ? undefined : toHex(fingerprint(first.der)),
  };
}

let decodedRoots: readonly Uint8Array[] | undefined;

/** DER of every public root that comes with the program: those Node.js carries; docs/trusted-ca.md names them. */
export function bundledRoots(): readonly Uint8Array[] {
  decodedRoots ??= rootCertificates.map((pem) => new Uint8Array(new X509Certificate(pem).raw));
  return decodedRoots;
}

function parsed(all: readonly Uint8Array[]): readonly Certificate[] {
  return all.flatMap((der) => {
    const certificate = parseCertificate(der);
    return certificate.ok ? [certificate.value] : [];
  });
}
