/**
 * `npm run soak -- mutations`: damaged certificates, CRLs and OCSP answers through everything that reads them. Prints
 * figures; exit code 1 when one crashed, took more than 250 ms, or was accepted though a signed octet had changed.
 * Flags: --inputs 100000 --seed 1.
 */
import { parseArgs } from 'node:util';
import { fuzzStructures } from '../../test/fuzz/fuzz-structures.ts';

const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const began = performance.now();
const figures = fuzzStructures({ seed: Number(values.seed), inputs: Number(values.inputs) });
console.log(JSON.stringify({ ...figures, failures: figures.failures.slice(0, 20) }, null, 2));
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(`${figures.failures.length} failures among ${figures.inputs} inputs, ${seconds} s.`);
if (figures.failures.length > 0) process.exitCode = 1;
