/** Many revoked certificates in the record of an authority, without making a single one. */
import { randomBytes } from 'node:crypto';
import type { Storage } from '../../src/storage/storage.ts';

/** Adds rows that end in a year and were revoked in the hours before `now`. */
export async function addRevoked(storage: Storage, authority: string, count: number, now: number): Promise<void> {
  const perStatement = 1_000;
  for (let done = 0; done < count; ) {
    await storage.transaction(async (trx) => {
      for (const end = Math.min(count, done + 50_000); done < end; done += perStatement) {
        const rows = Array.from({ length: Math.min(perStatement, end - done) }, (_, i) => ({
          authority,
          serial: randomBytes(16).toString('hex').replace(/^0/, '1'),
          subject: '',
          names: '[]',
          search: '',
          template: '',
          source: 'import' as const,
          key_id: '',
          fingerprint: '',
          issued_by: 'test',
          partition: 0,
          status: 'revoked' as const,
          not_before: now - 86_400_000,
          not_after: now + 365 * 86_400_000,
          issued_at: now - 86_400_000,
          revoked_at: now - 1_000 * ((done + i) % 36_000) - 120_000,
          reason: (done + i) % 3 === 0 ? null : 1,
        }));
        await trx.insertInto('private_ca_certificates').values(rows).execute();
      }
    });
  }
}
