/** What a plug-in is told: the same words for a program and for a webhook, all of them made or checked here. */
import type { Identifier } from '../client/resource/identifier.ts';
import { http01Path } from './http-01.ts';
import { dns01Name, dns01Value } from './key-authorization.ts';

export interface PlugInTask {
  readonly action: 'present' | 'remove';
  readonly challenge: 'dns-01' | 'http-01';
  readonly identifier: string;
  /** Name of the TXT record, or path below the host. */
  readonly where: string;
  /** Text of the record, or body of the answer. */
  readonly value: string;
}

/** Throws a RangeError for a value that could mean something to a shell: none of ours can. */
export function plugInTask(
  action: PlugInTask['action'],
  challenge: PlugInTask['challenge'],
  { value: name }: Identifier,
  token: string,
  keyAuthorization: string,
): PlugInTask {
  const dns = challenge === 'dns-01';
  const task: PlugInTask = {
    action,
    challenge,
    identifier: name,
    where: dns ? dns01Name(name) : `${http01Path}${token}`,
    value: dns ? dns01Value(keyAuthorization) : keyAuthorization,
  };
  for (const text of Object.values(task))
    if (!/^[A-Za-z0-9._:*/-]{1,512}$/.test(text)) throw new RangeError('a plug-in would be told something unsafe');
  return task;
}
