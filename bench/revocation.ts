/**
 * `npm run -s bench -- revocation [--pki FOLDER] [--rounds 9] [--handshakes 300]`: what checking for revocation, with a CRL
 * of 100,000 entries, adds to a handshake. Three servers take turns: without, with, and with once more as a control.
 * One JSON line: CPU and latency as ratios of the medians, each round a pair.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { BoundSocket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBenchPki } from './support/bench-pki.ts';
import { cpuSeconds, shakeHands } from './support/edge-client.ts';

const string = { type: 'string' as const };
const { values } = parseArgs({ options: { pki: string, rounds: string, handshakes: string } });
const rounds = Number(values.rounds ?? 9);
const handshakes = Number(values.handshakes ?? 300);
const folder = mkdtempSync(join(tmpdir(), 'revocation-bench-'));
if (values.pki === undefined) writeBenchPki(folder);
const pki = values.pki ?? folder;

interface Figures {
  readonly cpu: number;
  readonly median: number;
  readonly p99: number;
}

const kinds = { off: 'off', on: 'chain', control: 'chain' } as const;
const names = ['off', 'on', 'control'] as const;
const servers = await Promise.all(names.map((name) => start(kinds[name])));
try {
  for (const { port } of servers) await shakeHands(port, pki, handshakes);
  const all: Record<(typeof names)[number], Figures>[] = [];
  for (let round = 0; round < rounds; round++) {
    const figures: Partial<Record<(typeof names)[number], Figures>> = {};
    // another one begins each time
    for (let i = 0; i < names.length; i++) {
      const at = (round + i) % names.length;
      figures[names[at]!] = await measure(servers[at]!);
    }
    all.push(figures as Record<(typeof names)[number], Figures>);
  }
  const ratio = (a: (typeof names)[number], b: (typeof names)[number], what: keyof Figures) =>
    Number(middle(all.map((one) => one[a][what] / one[b][what])).toFixed(3));
  const absolute = (name: (typeof names)[number], what: keyof Figures) =>
    Number(middle(all.map((one) => one[name][what])).toFixed(3));
  const line = {
    rounds,
    handshakes,
    cpu_ms: { off: absolute('off', 'cpu'), on: absolute('on', 'cpu') },
    median_ms: { off: absolute('off', 'median'), on: absolute('on', 'median') },
    p99_ms: { off: absolute('off', 'p99'), on: absolute('on', 'p99'), control: absolute('control', 'p99') },
    on_off: { cpu: ratio('on', 'off', 'cpu'), median: ratio('on', 'off', 'median'), p99: ratio('on', 'off', 'p99') },
    control_on: {
      cpu: ratio('control', 'on', 'cpu'),
      median: ratio('control', 'on', 'median'),
      p99: ratio('control', 'on', 'p99'),
    },
  };
  console.log(JSON.stringify(line));
} finally {
  for (const { child } of servers) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

async function start(revocation: 'off' | 'chain') {
  const socket = new BoundSocket({ host: '127.0.0.1', port: 0 });
  const address = socket.address();
  const port = typeof address === 'string' ? 0 : address.port;
  socket.close();
  const config = join(import.meta.dirname, '..', 'src', 'edge', 'openssl.cnf');
  const flags = ['--max-semi-space-size=2', '--disable-warning=ExperimentalWarning', `--openssl-config=${config}`];
  const script = join(import.meta.dirname, 'handshake.ts');
  const own = ['--port', String(port), '--pki', pki, '--revocation', revocation];
  const child = spawn(process.execPath, [...flags, script, ...own], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (let tries = 0; tries < 400 && !(await answers(port)); tries++) await sleep(50);
  return { child, port };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const there = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return there;
}

async function measure({ child, port }: Awaited<ReturnType<typeof start>>): Promise<Figures> {
  const before = cpuSeconds(child.pid!);
  const times = (await shakeHands(port, pki, handshakes)).toSorted((a, b) => a - b);
  const cpu = ((cpuSeconds(child.pid!) - before) * 1_000) / handshakes;
  return { cpu, median: middle(times), p99: times[Math.floor(times.length * 0.99)] ?? 0 };
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
