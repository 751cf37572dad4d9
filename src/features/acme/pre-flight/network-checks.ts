/** What the outside world would see: where the names lead, whether port 80 answers. */
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { http } from '../../../lib/node-http.ts';
import { ownAddresses } from '../../../lib/own-addresses.ts';
import { printable, printableList } from '../../../lib/printable.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { http01Path } from '../challenge/http-01.ts';
import { keptProblem } from '../problems.ts';
import type { Provider } from '../providers/provider.ts';
import type { AcmeCheckRow } from '../schemas.ts';
import { checkRow } from './check-row.ts';

/** Names that lead elsewhere may still lead here by address translation. */
export async function resolveRow(deps: AcmeDeps, names: readonly string[]): Promise<AcmeCheckRow> {
  const title = 'Names lead to this gateway';
  const own = new Set(ownAddresses());
  const elsewhere: string[] = [];
  for (const name of names) {
    const { addresses, why } = await addressesOf(deps, name);
    if (why !== undefined) {
      const hint = 'The CA looks in the public DNS and may see more than this gateway does.';
      return checkRow('resolve', title, 'unknown', `${printable(name)} cannot be looked up: ${why}.`, hint);
    }
    if (addresses.length === 0) {
      const hint = 'Add an address record for it; the CA looks it up in the public DNS.';
      return checkRow('resolve', title, 'bad', `${printable(name)} has no address.`, hint);
    }
    // a CA tries one address, IPv6 first: each of them has to lead here
    const others = addresses.filter((address) => !own.has(address));
    if (others.length > 0) elsewhere.push(`${name} (${others.join(', ')})`);
  }
  if (elsewhere.length === 0) return checkRow('resolve', title, 'good', 'Every name has addresses of this machine.');
  const words = `No address of this machine: ${printableList(elsewhere)}.`;
  const hint = 'Fine behind address translation that leads here; else mend the DNS.';
  return checkRow('resolve', title, 'warning', words, hint);
}

/** Shows a token of our own and fetches it the way a CA would. */
export async function portRow(deps: AcmeDeps, provider: Provider, names: readonly string[]): Promise<AcmeCheckRow> {
  const { type } = provider.challenge;
  if (type === 'dns-01') return checkRow('port', 'Challenge by DNS', 'good', 'No port has to be open.');
  if (type === 'tls-alpn-01') {
    return checkRow(
      'port',
      'HTTPS port',
      'unknown',
      'The CA connects to port 443 of every name.',
      'Lead port 443 to the HTTPS listener.',
    );
  }
  const title = 'Port 80 answers';
  const token = randomBytes(24).toString('base64url');
  const answer = randomBytes(24).toString('base64url');
  try {
    await deps.httpChallenges.serve({ [token]: answer }, 'add');
  } catch (error) {
    const { detail, hint } = keptProblem(error);
    return checkRow('port', title, 'bad', detail, hint);
  }
  try {
    for (const name of names) {
      const found = await fetchText(deps, name, `${http01Path}${token}`);
      if (found.text === answer) continue;
      const words = `http://${printable(name)}${http01Path}… ${found.why ?? 'answers with something else'}.`;
      return checkRow('port', title, 'bad', words, 'Lead port 80 of every name to the HTTP port of this gateway.');
    }
    return checkRow('port', title, 'good', 'A token was fetched through every name, from here.');
  } finally {
    await deps.httpChallenges.serve({ [token]: answer }, 'remove').catch(deps.onError);
  }
}

/** `why`: it could not be found out. */
async function addressesOf(
  { resolve = systemResolve }: AcmeDeps,
  name: string,
): Promise<{ readonly addresses: readonly string[]; readonly why?: string }> {
  try {
    return { addresses: await resolve(name) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOTFOUND' || code === 'ENODATA'
      ? { addresses: [] }
      : { addresses: [], why: printable(message, 200) };
  }
}

async function systemResolve(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

async function fetchText(deps: AcmeDeps, name: string, path: string): Promise<{ text?: string; why?: string }> {
  const { addresses, why } = await addressesOf(deps, name);
  const [address] = addresses;
  if (address === undefined || isIP(address) === 0) return { why: why ?? 'has no address' };
  return new Promise((resolve) => {
    const request = http.get({ host: address, port: 80, path, headers: { host: name }, agent: false, timeout: 5000 });
    request.on('timeout', () => request.destroy(new Error('does not answer within 5 s')));
    request.on('error', (error) => resolve({ why: printable(error.message, 200) }));
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > 1024) request.destroy(new Error('answers with too much'));
      });
      response.on('end', () => resolve({ text: text.trim() }));
    });
  });
}
