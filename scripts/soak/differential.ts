/**
 * `npm run soak -- differential`: generated chains through our engine and `openssl verify`. Prints figures; exit code 1
 * when a disagreement is not explained by docs/divergences.md. Flags: --chains 20000 --seed 1.
 */
import { parseArgs } from 'node:util';
import { runDifferential } from '../../test/differential/run-differential.ts';

const { values } = parseArgs({
  options: { chains: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
});
const began = performance.now();
const figures = await runDifferential({
  seed: Number(values.seed),
  chains: Number(values.chains),
  onProgress: (done) => console.error(`${done} chains …`),
});
console.log(JSON.stringify(figures, null, 2));
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(`${figures.unexplained.length} disagreements unexplained among ${figures.chains} chains, ${seconds} s.`);
if (figures.unexplained.length > 0) process.exitCode = 1;
