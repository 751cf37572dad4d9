/** DNS-01 (RFC 8555 8.4): a TXT record below the name holds the hash of the key authorization. */
import { createHash } from 'node:crypto';
import { printable, printableList } from '../../../lib/printable.ts';
import type { AcmeProblem } from '../protocol/acme-error.ts';
import type { NameServer } from './name-server.ts';
import type { ValidationSubject } from './validate.ts';

/** Aliases that are followed where the DNS server does not do so itself. */
const mostAliases = 8;

/** Undefined when one of the records is the right one. */
export async function validateDns01(
  { identifier, keyAuthorization }: ValidationSubject,
  names: NameServer,
  signal: AbortSignal,
): Promise<AcmeProblem | undefined> {
  const wanted = createHash('sha256').update(keyAuthorization).digest('base64url');
  let name = `_acme-challenge.${identifier.value}`;
  for (let aliases = 0; ; aliases++) {
    const found = await textsOf(names, name);
    if ('type' in found) return found;
    if (found.texts.includes(wanted)) return undefined;
    const more = found.texts.length === 0 && aliases < mostAliases && !signal.aborted;
    const next = more ? await names.alias(name) : undefined;
    if (next === undefined) return missing(name, found.texts);
    name = next;
  }
}

function missing(name: string, texts: readonly string[]): AcmeProblem {
  if (texts.length === 0)
    return { type: 'dns', reason: 'txt-missing', detail: `${printable(name)} has no TXT record (yet).` };
  return {
    type: 'incorrectResponse',
    reason: 'txt-wrong',
    detail: `None of the TXT records of ${printable(name)} is the hash of this key authorization: ${printableList(texts, 5)}.`,
  };
}

async function textsOf(names: NameServer, name: string): Promise<{ readonly texts: readonly string[] } | AcmeProblem> {
  try {
    return { texts: await names.texts(name) };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return { texts: [] };
    return {
      type: 'dns',
      reason: 'dns-failure',
      detail: `The TXT records of ${printable(name)} could not be found: ${printable(code || String(error), 60)}. Check its DNS servers.`,
    };
  }
}
