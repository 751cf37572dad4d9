/**
 * One listener of an edge as a server of its own, for outside benches: it demands client certificates and verifies them
 * as a gateway does, with revocation checking on and a CRL of 100,000 entries of the client's CA loaded.
 */
import { spawn } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { BoundSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { parseArgs } from 'node:util';
import { createListener } from '../../src/edge/listener.ts';
import { type EdgeState, listenerKind } from '../../src/edge/listener-kinds.ts';
import { createAdmission } from '../../src/edge/peer/admission.ts';
import { createSipJudge } from '../../src/edge/peer/judge-sip.ts';
import { createPeerVerifier } from '../../src/edge/peer/peer-verifier.ts';
import { defaultEdgeSettings, type EdgeSnapshot } from '../../src/edge/snapshot.ts';
import { noPeers } from '../../src/edge/snapshot-peers.ts';
import { createLog } from '../../src/lib/log.ts';
import { largeCrl } from './large-crl.ts';

export interface BenchFlags {
  readonly port: number;
  /** Folder with `server.pem`, `root.pem`, `inter.der` and keys. */
  readonly pki: string;
  readonly upstream: number;
  /** `off`: the same without revocation checking and without the CRL. */
  readonly revocation: 'off' | 'chain';
}

/** Flags out of the command line; ends with the usage when one is missing. */
export function benchFlags(): BenchFlags {
  const string = { type: 'string' as const };
  const { values } = parseArgs({ options: { port: string, pki: string, upstream: string, revocation: string } });
  if (values.port === undefined || values.pki === undefined) {
    console.error('usage: --port PORT --pki FOLDER [--upstream PORT] [--revocation off|chain]');
    process.exit(2);
  }
  const revocation = values.revocation === 'off' ? 'off' : 'chain';
  return { port: Number(values.port), pki: values.pki, upstream: Number(values.upstream ?? 0), revocation };
}

/** Starts this very file again with the flags of an edge process, unless it has them; true in the process that serves. */
export function asEdgeProcess(): boolean {
  const config = join(import.meta.dirname, '..', '..', 'src', 'edge', 'openssl.cnf');
  if (process.execArgv.some((flag) => flag.startsWith('--openssl-config'))) return true;
  const flags = ['--max-semi-space-size=2', '--disable-warning=ExperimentalWarning', `--openssl-config=${config}`];
  const child = spawn(process.execPath, [...flags, ...process.argv.slice(1)], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
  return false;
}

/** Serves until the process is ended. With `serve` what follows the verification is that instead of the relay. */
export async function serveEdge(
  flags: BenchFlags,
  serve?: (socket: TLSSocket, touch: () => void) => void,
): Promise<void> {
  const log = createLog('error', 'bench');
  const folder = mkdtempSync(join(tmpdir(), 'edge-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
  const snapshot = benchSnapshot(flags, folder);
  const verifier = createPeerVerifier(folder);
  (await verifier.prepare(snapshot)).use();
  if (verifier.problems.length > 0) throw new Error(verifier.problems.join('; '));
  const admission = createAdmission({
    verifier,
    log,
    onPeer: () => undefined,
    onClosed: () => undefined,
    fetchEvidence: async () => ({ ocsp: [], crls: [] }),
  });
  const state: EdgeState = {
    settings: snapshot.settings,
    peers: snapshot,
    judgeSip: createSipJudge(snapshot, () => []),
  };
  const tools = { state: () => state, admission, administration: '', log };
  const kind = listenerKind({ kind: 'relay', name: 'bench', port: flags.port }, tools);
  const listener = createListener(
    {
      ...kind,
      open: (socket, address) => {
        const opening = kind.open(socket, address);
        if (serve === undefined || opening instanceof Promise || 'refused' in opening) return opening;
        return { serve: (touch) => serve(socket, touch) };
      },
    },
    snapshot.settings,
    log,
  );
  listener.prepare(snapshot).commit();
  await listener.listen(new BoundSocket({ host: '127.0.0.1', port: flags.port }).fd());
}

function benchSnapshot({ pki, upstream, revocation }: BenchFlags, folder: string): EdgeSnapshot {
  const certificatePem = readFileSync(join(pki, 'server.pem'), 'utf8');
  const key = createPrivateKey(readFileSync(join(pki, 'server.key')));
  const file = join(folder, 'bench.crl');
  if (revocation === 'chain') writeFileSync(file, largeCrl(pki, 100_000));
  const limits = { perAddress: 100_000, perNetwork: 100_000, total: 100_000 };
  return {
    ...noPeers,
    format: 2,
    serial: 1,
    identities: [
      {
        slot: 'server',
        names: [],
        certificatePem,
        keyPkcs8: key.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
        fingerprint: '',
      },
    ],
    trust: [new X509Certificate(readFileSync(join(pki, 'root.pem'))).raw.toString('base64')],
    settings: {
      ...defaultEdgeSettings,
      handshakes: 100_000,
      https: { ...defaultEdgeSettings.https, ...limits },
      sip: { ...defaultEdgeSettings.sip, ...limits },
    },
    revocation: {
      ...noPeers.revocation,
      https: { mode: revocation, useCrls: true, useOcsp: false, allowCdp: false, fallback: 'not-revoked' },
      crls: revocation === 'off' ? [] : [{ file, source: 'manual' }],
    },
    relays: [
      {
        name: 'bench',
        upstream: { host: '127.0.0.1', port: upstream },
        requireClientCertificate: true,
        trustSet: '',
      },
    ],
  };
}
