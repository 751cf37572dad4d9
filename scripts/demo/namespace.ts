/**
 * A network of its own for a demonstration: loopback only, every port free, names from a DNS server of its own. Made
 * with `unshare`; when the first process ends, the kernel ends all that were started inside.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Address of the DNS server that /etc/resolv.conf names inside. */
export const nameServer = '127.0.0.53';

/** Runs a script of ours inside, with `folder` as its argument; answers its exit code, 1 when this user may not. */
export function runInside(script: string, folder: string): number {
  const resolver = join(folder, 'resolv.conf');
  writeFileSync(resolver, `nameserver ${nameServer}\noptions timeout:1 attempts:1\n`);
  const namespaces = namespaceOptions();
  const prepare = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', script, folder];
  const { status, error } = spawnSync('unshare', [...namespaces, 'sh', '-c', prepare, 'sh', resolver, ...program], {
    stdio: 'inherit',
    timeout: 600_000,
  });
  if (error !== undefined) console.error(`No network namespace could be made: ${error.message}`);
  return status ?? 1;
}

/** The `skip` option of a test that runs something inside: false, or why this user may not. */
export function mayNotRunInside(): false | string {
  const { status } = spawnSync('unshare', [...namespaceOptions(), 'ip', 'link', 'set', 'lo', 'up'], {
    timeout: 60_000,
  });
  return status === 0 ? false : 'this user may not make a network namespace';
}

function namespaceOptions(): readonly string[] {
  const user = process.geteuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  return [...user, '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
}
