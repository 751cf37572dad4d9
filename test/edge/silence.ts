/** Connections that say nothing, and when the edge has let go of them. */
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { defaultEdgeSettings } from '../../src/edge/snapshot.ts';
import { makeTestCa } from './identities.ts';
import { eventually, startTestGateway } from './running-gateway.ts';

export interface SilenceFigures {
  readonly count: number;
  readonly ports: Readonly<Record<'https' | 'sip', { readonly accepted: number; readonly openAfter: number }>>;
  /** From the last connection to none; at most twelve. */
  readonly seconds: number;
  readonly descriptorsBefore: number;
  readonly descriptorsAfter: number;
}

export async function measureSilence(count: number): Promise<SilenceFigures> {
  const ca = makeTestCa();
  const limits = { perAddress: count + 100, perNetwork: count + 100, total: count + 100 };
  const gateway = await startTestGateway({
    identities: [ca.identity('server', [], 1)],
    settings: {
      // so that every one of them is accepted; the time is the one that holds by itself
      handshakes: 2 * count + 200,
      https: { ...defaultEdgeSettings.https, ...limits },
      sip: { ...defaultEdgeSettings.sip, ...limits },
    },
  });
  try {
    const [pid = 0] = gateway.note().edges ?? [];
    const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
    const status = async () => (await gateway.statuses())[0]!;
    await status();
    const descriptorsBefore = descriptors();
    const sockets = [gateway.httpsPort, gateway.sipPort].flatMap((port) =>
      Array.from({ length: count }, () => connect(port, '127.0.0.1').on('error', () => undefined)),
    );
    await eventually(
      'all accepted',
      async () => {
        const { https, sip } = await status();
        return https.accepted === count && sip.accepted === count;
      },
      30_000,
    ).catch(() => undefined);
    const began = performance.now();
    const none = async () => {
      const { https, sip } = await status();
      return https.open + sip.open === 0;
    };
    await eventually('none open', none, 12_000).catch(() => undefined);
    const seconds = (performance.now() - began) / 1_000;
    const { https, sip } = await status();
    for (const socket of sockets) socket.destroy();
    return {
      count,
      ports: {
        https: { accepted: https.accepted, openAfter: https.open },
        sip: { accepted: sip.accepted, openAfter: sip.open },
      },
      seconds,
      descriptorsBefore,
      descriptorsAfter: descriptors(),
    };
  } finally {
    await gateway.stop();
  }
}
