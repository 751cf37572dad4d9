/**
 * `npm run soak -- swap`: 500 open SIP TLS connections and 200 new ones a second during 1,000 certificate swaps, with
 * one and with two edges; kill -9 of the administration process and of the supervisor in between. Prints figures;
 * exit code 1 when anything was dropped, failed or stale. Flags: --open --per-second --swaps --edges 1,2 --no-kill.
 */
import { parseArgs } from 'node:util';
import { runSwapLoad, type SwapFigures } from '../../test/edge/swap-load.ts';

const { values } = parseArgs({
  options: {
    open: { type: 'string', default: '500' },
    'per-second': { type: 'string', default: '200' },
    swaps: { type: 'string', default: '1000' },
    edges: { type: 'string', default: '1,2' },
    'no-kill': { type: 'boolean', default: false },
  },
});

for (const edges of values.edges.split(',').map(Number)) {
  const load = {
    edges,
    open: Number(values.open),
    perSecond: Number(values['per-second']),
    swaps: Number(values.swaps),
    kill: !values['no-kill'],
  };
  console.log(`${load.swaps} swaps, ${edges} edge${edges === 1 ? '' : 's'}, ${load.open} open, ${load.perSecond}/s …`);
  const figures = await runSwapLoad(load);
  console.log(
    JSON.stringify({ ...figures, failed: figures.failed.length, reasons: [...new Set(figures.failed)] }, null, 2),
  );
  if (!flawless(figures, load)) process.exitCode = 1;
}
console.log(process.exitCode === 1 ? 'NOT flawless.' : 'Flawless: 0 dropped, 0 failed, 0 stale.');

function flawless(figures: SwapFigures, load: { readonly open: number; readonly kill: boolean }): boolean {
  const sound = figures.dropped === 0 && figures.failed.length === 0 && figures.stale === 0;
  return sound && figures.alive === load.open && (!load.kill || figures.adopted === true);
}
