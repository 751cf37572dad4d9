/** The last step: in one transaction the certificate is kept, the order is done, the slot knows of it. */

import { createHash } from 'node:crypto';
import type { Trx } from '../../../storage/schema.ts';
import { certificateCounters, countEvents } from '../providers/limits.ts';
import { changeState, renewalUnknown } from '../slots/slot-state.ts';
import { identifiersOf, type OrderContext, rootsFor, type StepResult } from './order-context.ts';

/** A certificate of a test is looked at and thrown away: nothing of it can ever become active. */
export async function storeCertificate(context: OrderContext): Promise<StepResult> {
  const { deps, actor, slot, fields, provider, row } = context;
  const chain = fields.chain.map((text) => new Uint8Array(Buffer.from(text, 'base64')));
  if (row.purpose === 'test') {
    return {
      next: 'done',
      words: 'The set-up works; the certificate for the test was thrown away.',
      change: { chain: [] },
    };
  }
  const certificate = createHash('sha256')
    .update(chain[0] ?? new Uint8Array())
    .digest('hex');
  return {
    next: 'done',
    words: 'It waits to be deployed.',
    change: { chain: [] },
    alongside: async (trx: Trx) => {
      const now = deps.clock.now();
      const counters = provider.kind === 'acme' ? certificateCounters(identifiersOf(fields.names)) : [];
      await countEvents(trx, fields.directory, counters, now);
      await changeState(trx, slot, (state) => ({
        ...renewalUnknown,
        lastSign: {
          at: now,
          ok: true,
          code: '',
          words: `Signed by ${provider.name}.`,
          hint: '',
          provider: provider.id,
        },
        issued: [...state.issued, { certificate, provider: provider.id }].slice(-6),
      }));
    },
    keep: async (within) => {
      const { keyId, names } = fields;
      const roots = await rootsFor(deps, provider);
      return deps.identity.acceptSigned(actor, slot, { chain, keyId, names, roots, source: provider.kind, within });
    },
  };
}
