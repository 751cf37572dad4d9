/** What in the settings will not work as it stands: shown beside the field, before a request is generated and as an alarm. */
import { printableList } from '../../lib/printable.ts';
import type { Settings } from './settings.ts';

export interface SettingsFlag {
  readonly code:
    | 'settings.no-fqdn'
    | 'settings.list-empty'
    | 'settings.local-name'
    | 'settings.chat-aliases-differ'
    | 'settings.no-peers';
  /** The field it belongs to, as in the API. */
  readonly field: string;
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
}

/** Every flag, in the order of the page. */
export function settingsFlags(settings: Settings): readonly SettingsFlag[] {
  return [...nameFlags(settings), ...emptyLists(settings), ...localNames(settings), ...chatAliases(settings)];
}

function nameFlags({ fqdn, clustered, peers }: Settings): SettingsFlag[] {
  const flags: SettingsFlag[] = [];
  if (fqdn === '') {
    flags.push({
      code: 'settings.no-fqdn',
      field: 'fqdn',
      message: 'This gateway has no fully qualified domain name.',
      hint: 'Enter the name under which clients reach this gateway, as in gateway.example.com.',
    });
  }
  if (clustered && peers.length === 0) {
    flags.push({
      code: 'settings.no-peers',
      field: 'peers',
      message: 'A cluster name is set but no other peer is listed.',
      hint: 'List the FQDN of every other peer, or empty the cluster name.',
    });
  }
  return flags;
}

function emptyLists({ role, unifiedCommunications: uc }: Settings): SettingsFlag[] {
  const needs: readonly [boolean, string, readonly string[], string, string][] = [
    [
      role === 'edge' && uc.mra,
      'registrationDomains',
      uc.registrationDomains,
      'Mobile and remote access',
      'Unified CM registration domains',
    ],
    [
      role === 'core' && uc.mra,
      'phoneSecurityProfiles',
      uc.phoneSecurityProfiles,
      'Mobile and remote access',
      'Unified CM phone security profile names',
    ],
    [
      role === 'edge' && uc.xmppFederation,
      'federationDomains',
      uc.federationDomains,
      'XMPP federation',
      'XMPP federation domains',
    ],
    [uc.xmppFederation, 'chatNodeAliases', uc.chatNodeAliases, 'XMPP federation', 'IM and Presence chat node aliases'],
  ];
  return needs
    .filter(([on, , list]) => on && list.length === 0)
    .map(([, field, , name, label]) => ({
      code: 'settings.list-empty' as const,
      field: `unifiedCommunications.${field}`,
      message: `${name} is on, but the list "${label}" is empty: the certificate will lack these names.`,
      hint:
        field === 'chatNodeAliases'
          ? 'Fill the list if federated group chat over TLS is used; otherwise nothing needs to be done.'
          : `Fill the list, or switch ${name} off.`,
    }));
}

function localNames({ unifiedCommunications: uc }: Settings): SettingsFlag[] {
  return (['registrationDomains', 'federationDomains', 'chatNodeAliases'] as const).flatMap((field) => {
    const local = uc[field].filter((name) => name.endsWith('.local'));
    if (local.length === 0) return [];
    return [
      {
        code: 'settings.local-name' as const,
        field: `unifiedCommunications.${field}`,
        message: `${printableList(local)}: names that end in .local are not public, and no public CA signs them.`,
        hint: 'Enter the public service discovery domain that clients use from outside.',
      },
    ];
  });
}

function chatAliases({ role, unifiedCommunications: uc }: Settings): SettingsFlag[] {
  if (uc.otherSideChatNodeAliases.length === 0) return [];
  const onlyHere = uc.chatNodeAliases.filter((name) => !uc.otherSideChatNodeAliases.includes(name));
  const onlyThere = uc.otherSideChatNodeAliases.filter((name) => !uc.chatNodeAliases.includes(name));
  if (onlyHere.length === 0 && onlyThere.length === 0) return [];
  const other = role === 'core' ? 'edge' : 'core';
  const parts = [
    ...(onlyHere.length > 0 ? [`only here: ${printableList(onlyHere)}`] : []),
    ...(onlyThere.length > 0 ? [`only on the ${other}: ${printableList(onlyThere)}`] : []),
  ];
  return [
    {
      code: 'settings.chat-aliases-differ',
      field: 'unifiedCommunications.chatNodeAliases',
      message: `The chat node aliases differ between core and edge (${parts.join('; ')}).`,
      hint: 'Use Copy list on the core gateway and paste it on the edge, so that both certificates hold the same aliases.',
    },
  ];
}
