/**
 * `npm run soak -- connections [COUNT]`: that many verified SIP connections open at once through one edge, each with a
 * connection of its own to the server behind the gateway and a request answered on it; fails when one is refused or
 * unanswered, or when one stays after the clients have gone. Unless told: 10,000, or as many as the limit of descriptors
 * allows, of which each connection takes two here and two in the edge.
 */
import { readFileSync } from 'node:fs';
import { runManyConnections } from '../../test/edge/many-connections.ts';

const descriptors = Number(/Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 1_024);
const most = Math.min(10_000, Math.floor((descriptors - 400) / 2));
const figures = await runManyConnections(Number(process.argv[2] ?? most));
console.log(JSON.stringify(figures, null, 2));
const { wanted, open, upstream, answeredFirst, answeredAll, left } = figures;
const complete = [open, upstream, answeredFirst, answeredAll].every((count) => count === wanted);
process.exitCode = complete && left === 0 ? 0 : 1;
