/** Whether the listeners, what stands behind them and the limits can work: ports without clashes, addresses, names. */
import { isIP } from 'node:net';
import { printable } from '../../lib/printable.ts';
import type { Fault } from './fault.ts';
import type { HostAndPort, Settings } from './settings.ts';

/** Adds every fault to `faults`. Port 0 asks for a free one and clashes with none. */
export function checkNetwork(settings: Settings, faults: Fault[]): void {
  const { listeners, sip } = settings;
  if (isIP(listeners.address) === 0) {
    const detail = `${printable(listeners.address)} is not an IP address; write :: for every address.`;
    faults.push({ code: 'settings.not-an-address', field: 'listeners.address', detail });
  }
  for (const { field, port } of ports(settings)) range(faults, field, port, 0, 65_535);
  checkClashes(settings, faults);
  if (sip.upstream !== null) checkUpstream(settings, 'sip.upstream', sip.upstream, faults);
  checkRelays(settings, faults);
  checkLimits(settings, faults);
}

/** Every port that is listened on, with the field it comes from and what people call it. */
function ports({ listeners, sip, relays }: Settings): { field: string; label: string; port: number }[] {
  return [
    { field: 'listeners.httpsPort', label: 'HTTPS', port: listeners.httpsPort },
    { field: 'listeners.sipTlsPort', label: 'SIP TLS', port: listeners.sipTlsPort },
    ...(sip.mutualTlsPort === null
      ? []
      : [{ field: 'sip.mutualTlsPort', label: 'SIP mutual TLS', port: sip.mutualTlsPort }]),
    ...relays.map(({ name, port }, i) => ({ field: `relays.${i}.port`, label: `relay ${printable(name, 32)}`, port })),
  ];
}

function checkClashes(settings: Settings, faults: Fault[]): void {
  const taken = new Map<number, string>();
  for (const { field, label, port } of ports(settings)) {
    const other = port === 0 ? undefined : taken.get(port);
    if (other === undefined) taken.set(port, label);
    else
      faults.push({ code: 'settings.conflict', field, detail: `${other} and ${label} cannot both have port ${port}.` });
  }
}

function checkUpstream(settings: Settings, field: string, { host, port }: HostAndPort, faults: Fault[]): void {
  if (!isHost(host)) {
    const detail = `${printable(host)} is neither a host name nor an IP address.`;
    faults.push({ code: 'settings.not-a-host', field: `${field}.host`, detail });
  }
  range(faults, `${field}.port`, port, 1, 65_535);
  const own = ports(settings).find((one) => one.port === port);
  if (own === undefined || !isThisGateway(settings, host)) return;
  const detail = `${host}:${port} is the ${own.label} port of this gateway: it would call itself without end.`;
  faults.push({ code: 'settings.conflict', field, detail });
}

function checkRelays(settings: Settings, faults: Fault[]): void {
  const seen = new Set(['https', 'sip', 'sip-mutual']);
  for (const [i, { name, upstream }] of settings.relays.entries()) {
    const field = `relays.${i}`;
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
      const detail = `${printable(name, 40) || 'An empty name'} cannot be the name of a relay.`;
      const hint = 'A name begins with a letter and has at most 32 lower-case letters, digits and hyphens.';
      faults.push({ code: 'settings.relay-name', field: `${field}.name`, detail, hint });
    } else if (seen.has(name)) {
      faults.push({ code: 'settings.conflict', field: `${field}.name`, detail: `The name ${name} is taken.` });
    }
    seen.add(name);
    checkUpstream(settings, `${field}.upstream`, upstream, faults);
  }
}

function checkLimits({ limits }: Settings, faults: Fault[]): void {
  for (const kind of ['https', 'sip'] as const) {
    range(faults, `limits.${kind}.perAddress`, limits[kind].perAddress, 1, 1_000_000);
    range(faults, `limits.${kind}.total`, limits[kind].total, 1, 1_000_000);
  }
  range(faults, 'limits.handshakeMs', limits.handshakeMs, 1_000, 60_000);
  for (const entry of limits.exemptAddresses) {
    if (isCidr(entry)) continue;
    const detail = `${printable(entry)} is neither an IP address nor a block like 192.0.2.0/24.`;
    faults.push({ code: 'settings.not-an-address', field: 'limits.exemptAddresses', detail });
  }
}

function range(faults: Fault[], field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const detail = `${value} is not a whole number from ${least} to ${most}.`;
  faults.push({ code: 'settings.out-of-range', field, detail });
}

/** A name of the own network may have one label and underscores; it goes to the resolver, never into a certificate. */
function isHost(host: string): boolean {
  if (isIP(host) !== 0) return true;
  const labels = host.split('.');
  return (
    host.length <= 253 &&
    labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label)) &&
    !/^[0-9]+$/.test(labels.at(-1) ?? '')
  );
}

/** As far as it can be told without asking the resolver. */
function isThisGateway({ listeners, fqdn, dnsNames }: Settings, host: string): boolean {
  const everywhere = listeners.address === '::' || listeners.address === '0.0.0.0';
  const loopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  return host === listeners.address || host === fqdn || dnsNames.includes(host) || (everywhere && loopback);
}

function isCidr(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
