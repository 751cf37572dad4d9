/** A SIP TLS client for tests: verifies the server, keeps the connection, asks OPTIONS. */
import { once } from 'node:events';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { serialOf } from './identities.ts';

export interface SipClient {
  readonly socket: TLSSocket;
  /** Of the certificate that was served. */
  readonly serial: number;
  /** Sends OPTIONS and resolves to the status line of the answer, or to `closed`. */
  options(): Promise<string>;
  /** Settles when the connection is gone, in order or not. */
  readonly closed: Promise<void>;
}

/** Connects to a port of 127.0.0.1, verified against `ca`; rejects when the handshake fails. */
export async function connectSip(port: number, ca: string, more: ConnectionOptions = {}): Promise<SipClient> {
  const socket = connect({ host: '127.0.0.1', port, ca, servername: 'gw.example.com', ...more });
  const gone = Promise.withResolvers<void>();
  socket.on('error', () => undefined).once('close', () => gone.resolve());
  await Promise.race([
    once(socket, 'secureConnect'),
    gone.promise.then(() => {
      throw new Error('closed in the handshake');
    }),
  ]);
  const certificate = socket.getPeerX509Certificate();
  let sequence = 0;
  return {
    socket,
    closed: gone.promise,
    serial: serialOf(certificate?.serialNumber ?? ''),
    async options() {
      sequence += 1;
      const { promise, resolve } = Promise.withResolvers<Buffer>();
      socket.once('data', resolve);
      socket.write(optionsRequest(sequence));
      const answer = await Promise.race([promise, gone.promise]);
      socket.off('data', resolve);
      return answer === undefined ? 'closed' : (answer.toString().split('\r\n')[0] ?? '');
    },
  };
}

/** A complete request; `more` header lines end in CRLF. */
export function optionsRequest(sequence: number, more = ''): string {
  return (
    'OPTIONS sip:gw.example.com SIP/2.0\r\n' +
    `Via: SIP/2.0/TLS client.example.com:5061;rport;branch=z9hG4bK${sequence}\r\n` +
    'From: <sip:test@example.com>;tag=abc\r\nTo: <sip:gw.example.com>\r\n' +
    `Call-ID: ${sequence}@client.example.com\r\nCSeq: ${sequence} OPTIONS\r\n${more}` +
    'Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n'
  );
}
