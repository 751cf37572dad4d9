/** The solver of a DNS-01 setting: updates of the zone, a program or a web server of the operator. */
import type { Clock } from '../../../lib/clock.ts';
import { Secret } from '../../../lib/secret.ts';
import { createDns01Solver } from '../challenge/dns-01.ts';
import { createExecPlugIn } from '../challenge/exec-plug-in.ts';
import { createWebhook } from '../challenge/webhook.ts';
import { AcmeProblem } from '../client/acme-problem.ts';
import { createHttpsTransport } from '../client/wire/https-transport.ts';
import type { DnsSolver } from './challenge-desk.ts';

export function dnsSolver(clock: Clock): DnsSolver {
  return (settings, secret) => {
    if (settings.method === 'exec') {
      const [program = '', ...rest] = settings.program;
      return createExecPlugIn({ challenge: 'dns-01', command: [program, ...rest] });
    }
    if (settings.method === 'webhook') {
      const ca = settings.caPem === undefined || settings.caPem === '' ? {} : { ca: [settings.caPem] };
      const transport = createHttpsTransport({ ...ca, allowed: [new URL(settings.url).hostname] });
      return createWebhook({ challenge: 'dns-01', url: settings.url, secret: new Secret(secret ?? ''), transport });
    }
    const { server, port, zone, keyName, keyAlgorithm = 'hmac-sha256' } = settings;
    if (keyName === undefined || secret === undefined) {
      throw new AcmeProblem('acme.dns-server', 'DNS updates need a TSIG key: its name or its secret was not entered.');
    }
    return createDns01Solver({
      clock,
      server,
      allowed: [server],
      key: { name: keyName, algorithm: keyAlgorithm, secret: Buffer.from(secret, 'base64') },
      ...(port !== undefined && { port }),
      ...(zone !== undefined && zone !== '' && { zone }),
    });
  };
}
