/** Writers go one after the other, in the order they came. */
import { AsyncLocalStorage } from 'node:async_hooks';

export class WriterQueue {
  #last: Promise<void> = Promise.resolve();
  readonly #current = new AsyncLocalStorage<{ entered: boolean }>();

  /**
   * Waits for those before and answers the function that lets the next one in. Throws where waiting would never end:
   * inside the work of a transaction, which would wait for itself.
   */
  async enter(): Promise<() => void> {
    const transaction = this.#current.getStore();
    if (transaction?.entered === true) {
      throw new Error('A transaction is under way: give its `trx` to what is called inside instead of the database');
    }
    if (transaction !== undefined) transaction.entered = true;
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    return resolve;
  }

  /** Runs the work of one transaction, which enters the queue once. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.#current.getStore()?.entered === true) await this.enter();
    const state = { entered: false };
    try {
      return await this.#current.run(state, work);
    } finally {
      state.entered = false;
    }
  }
}
