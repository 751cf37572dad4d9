/** Subject alternative names as text and as values to write, from those of a request or a certificate. */
import {
  type SanName,
  srvNameOid,
  userPrincipalNameOid,
  xmppAddressOid,
} from '../../../pki/name/build-general-name.ts';
import type { GeneralName } from '../../../pki/name/general-name.ts';

/** Every kind that a template can allow. */
export type Named = Exclude<SanName, { kind: 'directory' }>;

/** `dns:a.example`, as lists and the record show it. */
export function nameText(name: Named): string {
  const value = name.kind === 'dns' || name.kind === 'srv' ? name.value.toLowerCase() : name.value;
  return `${name.kind}:${value}`;
}

/** The same of a name that was read; undefined for kinds that no template allows. */
export function sanText(name: GeneralName): string | undefined {
  const named = sanNameOf(name);
  return named === undefined ? undefined : nameText(named);
}

/** The value to write; undefined for kinds that no template allows. */
export function sanNameOf(name: GeneralName): Named | undefined {
  switch (name.kind) {
    case 'dns':
    case 'email':
    case 'uri':
      return { kind: name.kind, value: name.value };
    case 'ip':
      return { kind: 'ip', value: name.text };
    case 'other': {
      const kind = otherKinds[name.oid];
      return kind === undefined || name.text === undefined ? undefined : { kind, value: name.text };
    }
    default:
      return undefined;
  }
}

const otherKinds: Readonly<Record<string, 'srv' | 'xmpp' | 'upn'>> = {
  [srvNameOid]: 'srv',
  [xmppAddressOid]: 'xmpp',
  [userPrincipalNameOid]: 'upn',
};
