/**
 * `npm run soak -- acme [ORDERS]`: fifty orders at Pebble for each of its ways to try clients: every other nonce refused,
 * authorizations used again never and always, validations of up to 15 seconds, chains of three, other roots.
 */
import { order, startAcmeBench } from '../../test/acme/acme-bench.ts';

const count = Number(process.argv[2] ?? 50);
const together = 10;
let failures = 0;

for (const reuse of [0, 100]) {
  const options = { nonceReject: 50, reuse, validationSleep: 15, chainLength: 3, alternateRoots: 2 };
  const bench = await startAcmeBench(options);
  const began = performance.now();
  try {
    const roots = await bench.pebble.roots();
    const client = await bench.registered();
    const ways = { solvers: [bench.http01], roots };
    // the second order of a name finds its authorization valid when the CA uses it again
    const names = Array.from({ length: count }, (_, i) => `h${i % Math.ceil(count / 2)}.example.com`);
    let next = 0;
    const work = async (): Promise<void> => {
      for (let name = names[next++]; name !== undefined; name = names[next++]) {
        try {
          const { issued, alternates } = await order(client, [name], ways);
          if (issued.chain.length !== 4 || alternates.length !== 2) throw new Error('the chain is not as it should be');
        } catch (error) {
          failures++;
          console.error(name, error);
        }
      }
    };
    await Promise.all(Array.from({ length: together }, work));
  } finally {
    await bench.close();
  }
  const seconds = Math.round((performance.now() - began) / 1_000);
  console.log(JSON.stringify({ ...options, orders: count, failures, seconds }));
}
process.exit(failures === 0 ? 0 : 1);
