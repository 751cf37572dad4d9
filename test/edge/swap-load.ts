/**
 * Certificate swaps under load: SIP TLS connections that stay open, new ones at a steady rate, a new server
 * certificate again and again, processes killed in between. Nothing may be dropped, no handshake may fail, and every
 * handshake begun after a swap was acknowledged must show that certificate or a newer one.
 */
import { once } from 'node:events';
import { makeTestCa, type TestCa } from './identities.ts';
import { eventually, startTestGateway, type TestGateway } from './running-gateway.ts';
import { connectSip, type SipClient } from './sip-client.ts';

export interface SwapLoad {
  readonly edges: number;
  /** Connections that stay open. */
  readonly open: number;
  /** New connections a second. */
  readonly perSecond: number;
  readonly swaps: number;
  /** Kill the administration process after a third of the swaps, the supervisor after two thirds. */
  readonly kill: boolean;
}

export interface SwapFigures {
  readonly swaps: number;
  readonly handshakes: number;
  /** Handshakes or first requests that failed, with the reason. */
  readonly failed: readonly string[];
  /** Open connections that ended by themselves. */
  readonly dropped: number;
  /** Handshakes that showed a certificate older than the one acknowledged before they began. */
  readonly stale: number;
  /** Open connections that answered OPTIONS at the end. */
  readonly alive: number;
  readonly secondsTaken: number;
  readonly swapMs: { readonly median: number; readonly p99: number; readonly highest: number };
  readonly handshakeMs: { readonly median: number; readonly p99: number; readonly highest: number };
  /** How long until the administration process was there again; missing when it was not killed. */
  readonly administrationBackMs?: number;
  /** How long from `serve` to adopted edges. */
  readonly adoptedMs?: number;
  readonly adopted?: boolean;
}

/** Runs the load on a gateway of its own. */
export async function runSwapLoad(load: SwapLoad): Promise<SwapFigures> {
  const ca = makeTestCa();
  const gateway = await startTestGateway({ edges: load.edges, identities: [ca.identity('server', names, 1)] });
  try {
    return await drive(gateway, ca, load);
  } finally {
    await gateway.stop();
  }
}

const names = ['gw.example.com'];

async function drive(gateway: TestGateway, ca: TestCa, load: SwapLoad): Promise<SwapFigures> {
  const begun = performance.now();
  let dropped = 0;
  let acknowledged = 1;
  let handshakes = 0;
  let stale = 0;
  let ending = false;
  const failed: string[] = [];
  const times: number[] = [];

  const standing: SipClient[] = [];
  for (let batch = 0; batch < load.open; batch += 20) {
    const size = Math.min(20, load.open - batch);
    standing.push(...(await Promise.all(Array.from({ length: size }, () => connectSip(gateway.sipPort, ca.pem)))));
  }
  for (const client of standing) {
    await client.options();
    client.socket.once('close', () => {
      if (!ending) dropped += 1;
    });
  }

  const one = async () => {
    const least = acknowledged;
    const start = performance.now();
    try {
      const client = await connectSip(gateway.sipPort, ca.pem);
      times.push(performance.now() - start);
      if (client.serial < least) stale += 1;
      const answer = await client.options();
      if (answer !== 'SIP/2.0 200 OK') failed.push(`OPTIONS: ${answer}`);
      client.socket.destroy();
    } catch (error) {
      failed.push(error instanceof Error ? error.message : String(error));
    }
    handshakes += 1;
  };
  const running = new Set<Promise<void>>();
  let due = 0;
  const steady = performance.now();
  const timer = setInterval(() => {
    for (const wanted = ((performance.now() - steady) * load.perSecond) / 1000; due < wanted; due++) {
      const task = one().finally(() => running.delete(task));
      running.add(task);
    }
  }, 10);

  const swapTimes: number[] = [];
  let killed: { administrationBackMs?: number; adoptedMs?: number; adopted?: boolean } = {};
  for (let swap = 1; swap <= load.swaps; swap++) {
    const start = performance.now();
    await gateway.publish([ca.identity('server', names, swap + 1)], swap + 1);
    acknowledged = swap + 1;
    swapTimes.push(performance.now() - start);
    if (load.kill && swap === Math.floor(load.swaps / 3)) {
      killed = { ...killed, administrationBackMs: await killAdministration(gateway) };
    }
    if (load.kill && swap === Math.floor((load.swaps * 2) / 3))
      killed = { ...killed, ...(await killSupervisor(gateway)) };
    // a swap less often than every 10 ms leaves new connections some time between two
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  clearInterval(timer);
  await Promise.all(running);
  const answers = await Promise.all(standing.map((client) => client.options()));
  ending = true;
  for (const client of standing) client.socket.destroy();
  return {
    swaps: load.swaps,
    handshakes,
    failed,
    dropped,
    stale,
    alive: answers.filter((answer) => answer === 'SIP/2.0 200 OK').length,
    secondsTaken: Math.round((performance.now() - begun) / 100) / 10,
    swapMs: spread(swapTimes),
    handshakeMs: spread(times),
    ...killed,
  };
}

async function killAdministration(gateway: TestGateway): Promise<number> {
  const { administration = 0 } = gateway.note();
  const start = performance.now();
  process.kill(administration, 'SIGKILL');
  await eventually('a new administration process', () => {
    const now = gateway.note().administration;
    return now !== undefined && now !== administration;
  });
  return Math.round(performance.now() - start);
}

/** The edges go on alone for half a second, then the next `serve` takes them over. */
async function killSupervisor(gateway: TestGateway): Promise<{ adoptedMs: number; adopted: boolean }> {
  const before = [...(gateway.note().edges ?? [])].sort();
  const ended = once(gateway.supervisor(), 'exit');
  gateway.supervisor().kill('SIGKILL');
  await ended;
  await new Promise((resolve) => {
    setTimeout(resolve, 500);
  });
  const start = performance.now();
  await gateway.serveAgain();
  const after = [...(gateway.note().edges ?? [])].sort();
  return { adoptedMs: Math.round(performance.now() - start), adopted: before.join() === after.join() };
}

function spread(values: readonly number[]): { median: number; p99: number; highest: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) * 10) / 10;
  return { median: at(0.5), p99: at(0.99), highest: at(1) };
}
