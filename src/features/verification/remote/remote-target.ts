/** Where a remote check goes: `host`, `host:port`, `192.0.2.1:5061`, `[2001:db8::1]:5061`. */
import { literalAddress } from '../../../lib/address-filter.ts';
import { printable } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { normalHost } from '../../../pki/name/reference-name.ts';

export interface RemoteTarget {
  /** Lower-case name, or an address in its shortest spelling. */
  readonly host: string;
  readonly port: number;
  readonly isAddress: boolean;
}

/** Reads what a person typed; the error says what is wrong. */
export function readTarget(text: string, usualPort: number): Result<RemoteTarget, string> {
  const value = text.trim();
  const bare = value.split(':').length > 2 && !value.startsWith('[');
  const match = bare ? undefined : /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5}))?$/.exec(value);
  const typed = bare ? value : match?.[1];
  const port = match?.[2] === undefined ? usualPort : Number(match[2]);
  if (typed === undefined || typed === '')
    return err(`“${printable(value)}” is no host with a port, such as sip.example.com:5061`);
  if (port < 1 || port > 65535) return err(`${port} is no port`);
  const address = literalAddress(typed);
  if (address !== undefined) return ok({ host: address, port, isAddress: true });
  const host = normalHost(typed);
  return host === undefined
    ? err(`“${printable(typed)}” is no host name or IP address`)
    : ok({ host, port, isAddress: false });
}

/** `sip.example.com:5061`, `[2001:db8::1]:5061`. */
export function targetText({ host, port }: RemoteTarget): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
