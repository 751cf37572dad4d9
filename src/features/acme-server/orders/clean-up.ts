/** What is over goes: orders and proofs after a while, certificates ninety days after their end; in small steps. */
import type { Storage } from '../../../storage/storage.ts';
import { deleteOldAuthorizations } from '../authorizations/authorization-store.ts';
import { deleteOldCertificates } from '../certificates/certificate-store.ts';
import { deleteOldOrders, deleteOrders } from './order-store.ts';

const day = 24 * 3_600_000;
/** A week is enough to look up why an order failed. */
const keepOrders = 7 * day;
const keepCertificates = 90 * day;
const atOnce = 500;

/** Answers how many rows went; fewer than there were when there are very many. */
export async function cleanUp(storage: Storage, now: number): Promise<number> {
  let gone = 0;
  for (let rounds = 0; rounds < 20; rounds++) {
    const step = await storage.transaction(async (trx) => {
      const orders = await deleteOldCertificates(trx, now - keepCertificates, atOnce);
      return (
        orders.length +
        (await deleteOrders(trx, orders)) +
        (await deleteOldOrders(trx, now - keepOrders, atOnce)) +
        (await deleteOldAuthorizations(trx, now - keepOrders, atOnce))
      );
    });
    gone += step;
    if (step === 0) break;
  }
  return gone;
}
