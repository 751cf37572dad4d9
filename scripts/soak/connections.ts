/**
 * `npm run soak -- connections [COUNT]`: that many verified SIP connections (10,000 unless told) open at once through one
 * edge, each with a connection of its own to the server behind the gateway and a request answered on it; fails when one
 * is refused or unanswered, or when one stays after the clients have gone.
 */
import { runManyConnections } from '../../test/edge/many-connections.ts';

const figures = await runManyConnections(Number(process.argv[2] ?? 10_000));
console.log(JSON.stringify(figures, null, 2));
const { wanted, open, upstream, answeredFirst, answeredAll, left } = figures;
const complete = [open, upstream, answeredFirst, answeredAll].every((count) => count === wanted);
process.exitCode = complete && left === 0 ? 0 : 1;
