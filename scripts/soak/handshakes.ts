/**
 * `npm run soak -- handshakes [COUNT]`: that many mutual TLS handshakes (200,000 unless told) with an edge that verifies
 * each client with a CRL loaded; fails when the memory of the edge grows by 50 bytes or more for each.
 */
import { measureMemorySlope } from '../../test/edge/memory-slope.ts';

const count = Number(process.argv[2] ?? 200_000);
const { slope, points, refused } = await measureMemorySlope(count, (line) => console.log(line));
console.log(
  `${count} handshakes, ${slope.toFixed(1)} bytes each over the last ${points} measurements, ${refused} failed`,
);
process.exitCode = slope < 50 && refused === 0 ? 0 : 1;
