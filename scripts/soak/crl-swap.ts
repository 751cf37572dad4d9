/**
 * `npm run soak -- crl-swap [ENTRIES] [SWAPS]`: CRLs of 1,000,000 entries (unless told) loaded and swapped 20 times in an
 * edge under load; fails when its process pauses for 50 ms or more, when a peer is judged by the wrong CRL, or when the
 * memory of more than one CRL stays.
 */
import { runCrlSwaps } from '../../test/edge/crl-swap-load.ts';

const [entries = '1000000', swaps = '20'] = process.argv.slice(2);
const figures = await runCrlSwaps(Number(entries), Number(swaps), 10_000);
console.log(JSON.stringify(figures, null, 2));
// the bytes of a CRL of this making and its index
const oneCrl = (figures.entries * (35 + 8.4)) / 2 ** 20;
const returned = figures.after - figures.before < oneCrl;
const sound = figures.failed === 0 && figures.wrong === 0;
process.exitCode = sound && returned && figures.swapPause < 50 ? 0 : 1;
