/** SIP on one TLS connection: messages in, answers out, keep-alives (RFC 5626 section 4.4.1), back-pressure. */
import type { TLSSocket } from 'node:tls';
import type { Log } from '../../lib/log.ts';
import { plainAddress } from '../address.ts';
import { createSipReader } from './message.ts';
import { answerSip } from './options.ts';

/**
 * Serves the socket until either side closes it. `hostName` stands in Contact, the local address when it is empty;
 * `touch` is called whenever bytes come in.
 */
export function serveSip(socket: TLSSocket, hostName: () => string | undefined, touch: () => void, log: Log): void {
  const read = createSipReader();
  const place = {
    remoteAddress: plainAddress(socket.remoteAddress ?? ''),
    remotePort: socket.remotePort ?? 0,
    host: hostName() ?? plainAddress(socket.localAddress ?? ''),
    port: socket.localPort ?? 0,
  };
  socket.on('data', (chunk: Buffer) => {
    touch();
    let answers = '';
    for (const event of read(chunk)) {
      if (event.kind === 'garbage') {
        log.debug('SIP connection closed', { reason: event.reason, address: place.remoteAddress });
        socket.end(answers);
        socket.destroySoon();
        return;
      }
      if (event.kind === 'ping') answers += '\r\n';
      else answers += answerSip(event.message, place) ?? '';
      if (event.kind === 'message' && !event.message.framed) {
        socket.end(answers);
        socket.destroySoon();
        return;
      }
    }
    if (answers !== '' && !socket.write(answers)) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  socket.on('end', () => socket.end());
}
