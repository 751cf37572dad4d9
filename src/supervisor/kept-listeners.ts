/** What the settings say about listeners, as the administration process left it in `snapshot/listeners.json`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WantedPort } from './further-ports.ts';

/** By the flags of `serve`; nothing before the first start. */
export function keptListeners(folder: string): Readonly<Record<string, string>> {
  try {
    const kept: unknown = JSON.parse(readFileSync(join(folder, 'snapshot', 'listeners.json'), 'utf8'));
    if (typeof kept !== 'object' || kept === null) return {};
    const { address, httpsPort, sipTlsPort, sipMutualTlsPort, relays } = kept as Record<string, unknown>;
    const known = {
      address,
      'https-port': httpsPort,
      'sip-port': sipTlsPort,
      'sip-mutual-port': sipMutualTlsPort,
      relays,
    };
    const texts = Object.entries(known).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
    return Object.fromEntries(texts.map(([flag, value]) => [flag, String(value)]));
  } catch {
    return {};
  }
}

/** `xmpp=5269,ldap=636`; undefined when it is not of that form or names one twice. */
export function relayPorts(text: string): readonly WantedPort[] | undefined {
  const ports: WantedPort[] = [];
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    const [, name, port] = /^\s*([a-z][a-z0-9-]{0,31})=(\d{1,5})\s*$/.exec(part) ?? [];
    if (name === undefined || Number(port) > 65_535) return undefined;
    ports.push({ kind: 'relay', name, port: Number(port) });
  }
  return new Set(ports.map(({ name }) => name)).size < ports.length ? undefined : ports;
}

/**
 * The ports beside HTTPS and SIP TLS as they are wanted now: what flags of `serve` named stays, for the rest the settings
 * count.
 */
export function furtherWish(folder: string, started: readonly WantedPort[]): readonly WantedPort[] {
  const kept = keptListeners(folder);
  const mutual = Number(kept['sip-mutual-port'] ?? Number.NaN);
  const bySettings: readonly WantedPort[] = [
    ...(Number.isInteger(mutual) ? [{ kind: 'sip-mutual', name: 'sip-mutual', port: mutual } as const] : []),
    ...(relayPorts(kept['relays'] ?? '') ?? []),
  ];
  const byFlags = started.filter(({ optional }) => optional !== true);
  return (['sip-mutual', 'relay'] as const).flatMap((kind) => {
    const fixed = byFlags.filter((one) => one.kind === kind);
    if (fixed.length > 0) return fixed;
    return bySettings.filter((one) => one.kind === kind).map((one) => ({ ...one, optional: true }));
  });
}
