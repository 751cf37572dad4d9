/** A client of measurements: handshakes with a client certificate, one after the other, in a process of its own. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createSecureContext } from 'node:tls';

/** Milliseconds of each handshake, from the connection to the first bytes of an answer. */
export async function shakeHands(port: number, pki: string, count: number): Promise<readonly number[]> {
  const read = (name: string) => readFileSync(join(pki, name));
  const secureContext = createSecureContext({
    cert: read('client.pem'),
    key: read('client.key'),
    ca: read('root.pem'),
  });
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    const socket = connect({ host: '127.0.0.1', port, secureContext, servername: 'localhost' });
    socket.on('error', () => undefined);
    socket.on('secureConnect', () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    await once(socket, 'data');
    times.push(performance.now() - began);
    socket.destroy();
    await once(socket, 'close');
  }
  return times;
}

/** User and system time of a process so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
