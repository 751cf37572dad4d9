/** BIND's `named` on loopback: authoritative for two zones, changed by TSIG-signed updates only. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TsigAlgorithm, TsigKey } from '../../src/features/acme/challenge/dns/tsig.ts';
import { freePort } from '../support/free-port.ts';

export interface NameServer {
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly address: string;
  key(algorithm: TsigAlgorithm): TsigKey;
  txt(name: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * `more`: records by further zones, which nobody may change. `example.test` with `www` and an alias of `_acme-challenge.alias.example.test` into `proofs.test`; each of the two
 * zones may be changed by every key, `fixed.test` by none.
 */
export async function startNameServer(more: Readonly<Record<string, string>> = {}): Promise<NameServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-named-'));
  const port = freePort();
  const secrets = new Map<TsigAlgorithm, Buffer>([
    ['hmac-sha256', randomBytes(32)],
    ['hmac-sha384', randomBytes(48)],
    ['hmac-sha512', randomBytes(64)],
  ]);
  const head = '$TTL 5\n@ IN SOA ns1 hostmaster 1 3600 600 86400 1\n@ IN NS ns1\nns1 IN A 127.0.0.1\n';
  const zones: Readonly<Record<string, string>> = {
    'example.test': `${head}www IN A 127.0.0.1\n_acme-challenge.alias IN CNAME alias.proofs.test.\n`,
    'proofs.test': head,
    'fixed.test': head,
    ...Object.fromEntries(Object.entries(more).map(([zone, records]) => [zone, `${head}${records}`])),
  };
  for (const [zone, text] of Object.entries(zones)) writeFileSync(join(folder, zone), text);
  const allow = [...secrets.keys()].map((algorithm) => `key "${algorithm}.key";`).join(' ');
  const lines = [
    `options { directory "${folder}"; pid-file none; session-keyfile none; lock-file none; recursion no;`,
    `  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; dnssec-validation no; notify no;`,
    '  empty-zones-enable no; };',
    'controls { };',
    ...[...secrets].map(
      ([algorithm, secret]) =>
        `key "${algorithm}.key" { algorithm ${algorithm}; secret "${secret.toString('base64')}"; };`,
    ),
    ...Object.keys(zones).map(
      (zone) =>
        `zone "${zone}" { type primary; file "${zone}"; allow-update { ${zone === 'fixed.test' || zone in more ? 'none;' : allow} }; };`,
    ),
  ];
  writeFileSync(join(folder, 'named.conf'), lines.join('\n'));
  const child = spawn('named', ['-g', '-n', '1', '-c', join(folder, 'named.conf')], { stdio: 'ignore' });
  const hasty = new Resolver({ timeout: 500, tries: 1 });
  const resolver = new Resolver({ timeout: 10_000, tries: 3 });
  const address = `127.0.0.1:${port}`;
  for (const one of [hasty, resolver]) one.setServers([address]);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      const gone = (): void => {
        rmSync(folder, { recursive: true, force: true });
        resolve();
      };
      if (child.exitCode !== null) return gone();
      child.once('exit', gone);
      child.kill('SIGKILL');
    });
  for (let tries = 1; ; tries++) {
    try {
      await hasty.resolve4('www.example.test');
      break;
    } catch (error) {
      if (tries < 400 && child.exitCode === null) {
        await sleep(50);
        continue;
      }
      await close();
      throw error;
    }
  }
  return {
    port,
    address,
    key: (algorithm) => ({ name: `${algorithm}.key`, algorithm, secret: secrets.get(algorithm)! }),
    txt: async (name) => {
      try {
        return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
      } catch (error) {
        if (['ENODATA', 'ENOTFOUND'].includes(String((error as NodeJS.ErrnoException).code))) return [];
        throw error;
      }
    },
    close,
  };
}
