/**
 * `npm run -s bench -- relay --port PORT --pki FOLDER --upstream PORT`: the `tls-relay` listener of an edge as a server
 * for outside benches; clients are verified, then bytes go both ways to 127.0.0.1:UPSTREAM.
 */
import { asEdgeProcess, benchFlags, serveEdge } from './support/edge-server.ts';

if (asEdgeProcess()) await serveEdge(benchFlags());
