/** Kamailio as a SIP peer over TLS: verifies whoever calls, shows a certificate, calls its neighbours by OPTIONS. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

export interface KamailioOptions {
  readonly folder: string;
  readonly address: string;
  readonly port: number;
  readonly certificate: string;
  readonly key: string;
  /** File with the CA certificates that it trusts, for callers and for whom it calls. */
  readonly caFile: string;
  /** Hosts it calls by OPTIONS every second over TLS; port 5061 unless they say, as in `host:5062`. */
  readonly calls?: readonly string[];
}

export interface Kamailio {
  /** Hosts that answered 200 to its OPTIONS last. */
  reached(): readonly string[];
  output(): string;
  stop(): Promise<void>;
}

/** Resolves when it listens. */
export async function startKamailio(options: KamailioOptions): Promise<Kamailio> {
  const { folder } = options;
  mkdirSync(folder, { recursive: true });
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const certificate = file('certificate.pem', options.certificate);
  const key = file('key.pem', options.key);
  const tls = file('tls.cfg', tlsConfig(certificate, key, options.caFile));
  const calls = (options.calls ?? []).map(
    (host) => `1 sip:${host.includes(':') ? host : `${host}:5061`};transport=tls 9`,
  );
  const list = file('dispatcher.list', `${calls.join('\n')}\n`);
  const config = file('kamailio.cfg', mainConfig(options, tls, list));
  const words = ['-DD', '-E', '-f', config, '-Y', folder, '-P', join(folder, 'pid'), '-m', '64', '-M', '8'];
  const child = spawn('kamailio', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const reached = new Set<string>();
  const read = (chunk: Buffer) => {
    output = (output + chunk).slice(-100_000);
    for (const [, what, host] of String(chunk).matchAll(/neighbour (up|down) sip:([^:;]+)/g)) {
      if (what === 'up') reached.add(host ?? '');
      else reached.delete(host ?? '');
    }
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const ended = once(child, 'exit');
  await Promise.race([waitFor(() => output.includes('ready for calls'), 60_000), ended]);
  if (child.exitCode !== null) throw new Error(`kamailio ended with ${child.exitCode}:\n${output}`);
  return {
    reached: () => [...reached],
    output: () => output,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(late);
    },
  };
}

function tlsConfig(certificate: string, key: string, caFile: string): string {
  const both = ['method = TLSv1.2+', `certificate = ${certificate}`, `private_key = ${key}`, `ca_list = ${caFile}`];
  const verify = ['verify_certificate = yes', 'verify_depth = 5'];
  return [
    ...['[server:default]', ...both, ...verify, 'require_certificate = yes'],
    ...['[client:default]', ...both, ...verify],
    '',
  ].join('\n');
}

function mainConfig({ address, port }: KamailioOptions, tls: string, list: string): string {
  return `#!KAMAILIO
debug=2
log_stderror=yes
children=1
tcp_children=2
auto_aliases=no
enable_tls=yes
listen=tls:${address}:${port}
loadmodule "tls.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "dispatcher.so"
modparam("tls", "config", "${tls}")
modparam("dispatcher", "list_file", "${list}")
modparam("dispatcher", "ds_ping_interval", 1)
modparam("dispatcher", "ds_probing_mode", 1)
modparam("dispatcher", "ds_probing_threshold", 1)
modparam("dispatcher", "ds_inactive_threshold", 1)
modparam("dispatcher", "ds_ping_from", "sip:${address}")
modparam("tm", "fr_timer", 2000)
request_route {
  if (method == "OPTIONS") {
    sl_send_reply("200", "OK");
    exit;
  }
  sl_send_reply("404", "Nobody here");
}
event_route[core:worker-one-init] {
  xlog("L_NOTICE", "ready for calls\\n");
}
event_route[dispatcher:dst-up] {
  xlog("L_NOTICE", "neighbour up $ru\\n");
}
event_route[dispatcher:dst-down] {
  xlog("L_NOTICE", "neighbour down $ru\\n");
}
`;
}
