/** What the outside world would see: where the names lead, whether port 80 answers, whether CAA lets this CA issue. */
import { randomBytes } from 'node:crypto';
import { lookup, resolveCaa } from 'node:dns/promises';
import { isIP } from 'node:net';
import { http } from '../../../lib/node-http.ts';
import { ownAddresses } from '../../../lib/own-addresses.ts';
import { printable, printableList } from '../../../lib/printable.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { http01Path } from '../challenge/http-01.ts';
import { keptProblem } from '../problems.ts';
import type { Provider } from '../providers/provider.ts';
import type { AcmeCheckRow } from '../schemas.ts';
import { checkRow } from './pre-flight.ts';

/** Names that do not lead to an address of this machine may still do so behind address translation. */
export async function resolveRow(deps: AcmeDeps, names: readonly string[]): Promise<AcmeCheckRow> {
  const title = 'Names lead to this gateway';
  const own = new Set(ownAddresses());
  const elsewhere: string[] = [];
  for (const name of names) {
    const addresses = await addressesOf(deps, name);
    if (addresses.length === 0) {
      const hint = 'Add an address record for it; the CA looks it up in the public DNS.';
      return checkRow('resolve', title, 'bad', `${printable(name)} has no address.`, hint);
    }
    if (!addresses.some((address) => own.has(address))) elsewhere.push(`${name} (${addresses.join(', ')})`);
  }
  if (elsewhere.length === 0) return checkRow('resolve', title, 'good', 'Every name has an address of this machine.');
  const words = `No address of this machine: ${printableList(elsewhere)}.`;
  return checkRow(
    'resolve',
    title,
    'warning',
    words,
    'Fine behind address translation that leads here; else mend the DNS.',
  );
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

/** RFC 8659: the nearest name with CAA records decides. */
export async function caaRow(names: readonly string[], identities: readonly string[]): Promise<AcmeCheckRow> {
  const title = 'CAA allows this CA';
  if (identities.length === 0) return checkRow('caa', title, 'unknown', 'The CA does not say by which name it looks.');
  for (const name of names) {
    const issuers = await caaIssuers(name);
    if (issuers === undefined || issuers.some((one) => identities.includes(one))) continue;
    const words = `CAA records of ${printable(name)} name ${issuers.map((one) => printable(one, 100)).join(', ') || 'nobody'}.`;
    return checkRow('caa', title, 'bad', words, `Add a CAA record: 0 issue "${identities[0]}".`);
  }
  return checkRow('caa', title, 'good', 'No CAA record speaks against it.');
}

async function addressesOf({ resolve = systemResolve }: AcmeDeps, name: string): Promise<readonly string[]> {
  try {
    return await resolve(name);
  } catch {
    return [];
  }
}

async function systemResolve(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

async function caaIssuers(name: string): Promise<readonly string[] | undefined> {
  for (const labels = name.split('.'); labels.length > 1; labels.shift()) {
    try {
      const records = await resolveCaa(labels.join('.'));
      const issue = records.flatMap((record) => (record.issue === undefined ? [] : [record.issue]));
      if (records.length > 0)
        return issue.length === 0 ? undefined : issue.map((value) => value.split(';')[0]?.trim() ?? '');
    } catch {
      // no such name or no such record: the name above decides
    }
  }
  return undefined;
}

async function fetchText(deps: AcmeDeps, name: string, path: string): Promise<{ text?: string; why?: string }> {
  const [address] = await addressesOf(deps, name);
  if (address === undefined || isIP(address) === 0) return { why: 'has no address' };
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
