/** The certificate that a TLS port presents to who connects now. */
import { once } from 'node:events';
import { connect } from 'node:tls';

/** Its serial number in hexadecimal. */
export async function servedSerial(port: number, servername: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().serialNumber;
  } finally {
    socket.destroy();
  }
}
