/**
 * `npm run soak -- silent [COUNT]`: that many TCP connections (2,000 unless told) to HTTPS and as many to SIP TLS that
 * say nothing; fails unless all are gone after twelve seconds, with the time for a handshake that holds by itself.
 */
import { measureSilence } from '../../test/edge/silence.ts';

const figures = await measureSilence(Number(process.argv[2] ?? 2_000));
console.log(JSON.stringify(figures, null, 2));
const gone = Object.values(figures.ports).every(
  ({ accepted, openAfter }) => accepted === figures.count && openAfter === 0,
);
process.exitCode = gone && figures.descriptorsAfter <= figures.descriptorsBefore ? 0 : 1;
