/**
 * `npm run -s bench -- handshake --port PORT --pki FOLDER [--revocation off|chain]`: a server for outside benches that
 * demands client certificates, verifies them as an edge does and answers each request with a few bytes of HTTP.
 */
import { asEdgeProcess, benchFlags, serveEdge } from './support/edge-server.ts';

const answer = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n');

if (asEdgeProcess()) {
  await serveEdge(benchFlags(), (socket, touch) => {
    socket.on('data', () => {
      touch();
      socket.write(answer);
    });
    socket.on('end', () => socket.end());
  });
}
