/** A SIP TLS connection that is kept open and asks OPTIONS whenever told. */
import { once } from 'node:events';
import { type ConnectionOptions, connect } from 'node:tls';

export interface SipConnection {
  /** Status code of the answer to OPTIONS over this connection; 0 when it is closed. */
  options(): Promise<number>;
  /** Whether it is over. */
  readonly closed: boolean;
  close(): void;
}

/**
 * Connects without verifying: this connection is about staying open, the other clients verify. `more`: another host than
 * 127.0.0.1, a certificate with its key.
 */
export async function openSipConnection(
  port: number,
  more: ConnectionOptions & { readonly localAddress?: string } = {},
): Promise<SipConnection> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...more });
  await once(socket, 'secureConnect');
  socket.on('error', () => socket.destroy());
  let sequence = 0;
  return {
    get closed() {
      return socket.destroyed;
    },
    async options() {
      if (socket.destroyed) return 0;
      sequence++;
      const lines = [
        'OPTIONS sip:gateway SIP/2.0',
        `Via: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK-demo-${sequence};rport`,
        'Max-Forwards: 70',
        'From: <sip:demo@example.com>;tag=demo',
        'To: <sip:gateway>',
        'Call-ID: demo@example.com',
        `CSeq: ${sequence} OPTIONS`,
        'Content-Length: 0',
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      const answer = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [''])]);
      return Number(/^SIP\/2\.0 (\d{3})/.exec(String(answer[0]))?.[1] ?? 0);
    },
    close: () => socket.destroy(),
  };
}
