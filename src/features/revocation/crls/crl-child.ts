/**
 * Reads one file of CRLs and ends: a process of its own, without environment, which may read the program and its own
 * folder and is killed by its parent when it takes too long.
 */
import type { CrlJob, FromCrlChild } from './crl-job.ts';
import { doCrlJob } from './do-crl-job.ts';

process.once('message', (job: CrlJob) => {
  tell({ type: 'done', answer: doCrlJob(job, () => tell({ type: 'progress' })) }, () => process.disconnect());
});

tell({ type: 'ready' });

function tell(message: FromCrlChild, then?: () => void): void {
  process.send?.(message, () => then?.());
}
