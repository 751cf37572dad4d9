/** The programs of Debian that tests and demonstrations talk to, and the packages that they need. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export const tools = {
  openssl: 'openssl',
  curl: 'curl',
  chromium: 'chromium',
  baresip: 'baresip-core',
  sipsak: 'sipsak',
  kamailio: 'kamailio kamailio-tls-modules',
  strace: 'strace',
  unshare: 'util-linux',
  ip: 'iproute2',
  faketime: 'faketime',
  pebble: 'pebble',
  'pebble-challtestsrv': 'pebble',
  named: 'bind9',
  certbot: 'certbot',
  lego: 'lego',
  uacme: 'uacme',
  dehydrated: 'dehydrated',
  caddy: 'caddy',
  certtool: 'gnutls-bin',
  ocsptool: 'gnutls-bin',
  certutil: 'libnss3-tools',
  crlutil: 'libnss3-tools',
  vfychain: 'libnss3-tools',
} as const;

export type Tool = keyof typeof tools;

/** Whether a program of this name can be run. */
export function hasTool(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Installs what is missing by apt when this process may, and returns what is still missing. Without the right to
 * install it changes nothing.
 */
export function ensureTools(): readonly Tool[] {
  const missing = missingTools();
  const mayInstall = process.getuid?.() === 0 && hasTool('apt-get');
  if (missing.length === 0 || !mayInstall) return missing;
  const packages = [...new Set(missing.flatMap((name) => tools[name].split(' ')))];
  console.log(`Installing Debian packages for the tests: ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const install = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  if (!apt(...install)) {
    apt('update', '-q');
    apt(...install);
  }
  return missingTools();
}

function missingTools(): readonly Tool[] {
  return (Object.keys(tools) as Tool[]).filter((name) => !hasTool(name));
}
