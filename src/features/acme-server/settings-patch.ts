/** Applies a change of the settings, and says everything that is wrong with it at once. */
import { isIP } from 'node:net';
import { printable } from '../../lib/printable.ts';
import { ipRangeBytes } from '../../pki/name/ip-bytes.ts';
import { normalHost } from '../../pki/name/reference-name.ts';
import type { AcmeServerLimits, AcmeServerSettings, AcmeServerSettingsPatch } from './acme-server-settings.ts';
import { isNameEntry } from './orders/name-policy.ts';
import { invalid, type SettingsFault } from './problems.ts';

const mostEntries = 200;

/** The settings as they would be, with the old version; `templates`: those there are. Throws `acme-server.invalid`. */
export function applySettingsPatch(
  current: AcmeServerSettings,
  patch: AcmeServerSettingsPatch,
  templates: readonly string[],
): AcmeServerSettings {
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const limits = Object.fromEntries(Object.entries(patch.limits ?? {}).filter(([, value]) => value !== undefined));
  const merged = { ...current, ...given, limits: { ...current.limits, ...limits } } as AcmeServerSettings;
  const next: AcmeServerSettings = {
    ...merged,
    hosts: tidy(merged.hosts),
    names: tidy(merged.names),
    networks: tidy(merged.networks),
    resolvers: tidy(merged.resolvers),
    caaDomains: tidy(merged.caaDomains),
    profiles: [...new Set(merged.profiles)],
    // the only one there is needs no choice
    defaultProfile: merged.profiles.includes(merged.defaultProfile)
      ? merged.defaultProfile
      : (merged.profiles[0] ?? ''),
    challenges: [...new Set(merged.challenges)],
  };
  const faults = [...faultsOf(next, templates), ...limitFaults(next.limits)];
  if (patch.defaultProfile !== undefined && next.defaultProfile !== patch.defaultProfile && patch.defaultProfile !== '')
    faults.push(
      fault('defaultProfile', `${printable(patch.defaultProfile, 60)} is not among the profiles.`, 'Offer it too.'),
    );
  if (faults.length > 0) throw invalid(faults);
  return next;
}

function tidy(entries: readonly string[]): readonly string[] {
  return [...new Set(entries.map((entry) => entry.trim().toLowerCase().replace(/\.$/, '')).filter((e) => e !== ''))];
}

function fault(field: string, detail: string, hint: string): SettingsFault {
  return { code: 'acme-server.invalid', field, detail, hint };
}

function faultsOf(next: AcmeServerSettings, templates: readonly string[]): SettingsFault[] {
  const faults: SettingsFault[] = [];
  const each = (
    field: 'hosts' | 'names' | 'networks' | 'resolvers' | 'caaDomains',
    good: (entry: string) => boolean,
    words: string,
    hint: string,
  ): void => {
    for (const entry of next[field])
      if (!good(entry)) faults.push(fault(field, `${printable(entry, 100)} ${words}`, hint));
    if (next[field].length > mostEntries)
      faults.push(fault(field, `There may be ${mostEntries} entries.`, 'Use fewer.'));
  };
  each('hosts', isHost, 'is no host name and no address.', 'Such as ca.example.com, without a port.');
  each('names', isNameEntry, 'is no domain, no address range and not *.', 'Such as example.com or 10.0.0.0/8.');
  each('networks', (entry) => ipRangeBytes(entry) !== undefined, 'is no address range.', 'Such as 10.0.0.0/8.');
  each('resolvers', isResolver, 'is no address of a DNS server.', 'Such as 10.0.0.53 or 10.0.0.53:5353.');
  each(
    'caaDomains',
    (entry) => isIP(entry) === 0 && normalHost(entry) === entry,
    'is no domain.',
    'Such as ca.example.com.',
  );
  for (const [field, url] of [
    ['termsUrl', next.termsUrl],
    ['website', next.website],
  ] as const) {
    if (url !== '' && !isWebUrl(url)) faults.push(fault(field, 'This is no http or https URL.', 'Write it in full.'));
  }
  for (const profile of next.profiles) {
    // a template that was removed stays listed and is not offered; a new entry must exist
    if (!templates.includes(profile))
      faults.push(
        fault(
          'profiles',
          `There is no template ${printable(profile, 60)}.`,
          'tollgate private-ca template list shows them.',
        ),
      );
  }
  if (next.challenges.length === 0)
    faults.push(fault('challenges', 'Without a challenge nobody can prove anything.', 'Allow http-01.'));
  if (!Number.isInteger(next.authorizationHours) || next.authorizationHours < 0 || next.authorizationHours > 720)
    faults.push(fault('authorizationHours', 'This is no number of hours from 0 to 720.', 'Such as 8.'));
  if (next.enabled && next.profiles.length === 0)
    faults.push(fault('profiles', 'No template is offered.', 'Name one, such as web-server.'));
  if (next.enabled && next.names.length === 0)
    faults.push(fault('names', 'No name may be ordered.', 'Name your domains and ranges, or * for every name.'));
  return faults;
}

function limitFaults(limits: AcmeServerLimits): SettingsFault[] {
  return Object.entries(limits)
    .filter(([, value]) => !Number.isInteger(value) || value < 1 || value > 1_000_000)
    .map(([name]) => fault(`limits.${name}`, 'This is no number from 1 to 1000000.', 'Such as 300.'));
}

function isHost(entry: string): boolean {
  return isIP(entry) !== 0 || normalHost(entry) === entry;
}

function isResolver(entry: string): boolean {
  const [, address = '', port] = /^\[?([0-9a-f.:]+?)\]?(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const whole = isIP(entry) !== 0;
  return whole || (isIP(address) !== 0 && Number(port ?? 53) > 0 && Number(port ?? 53) < 65_536);
}

function isWebUrl(text: string): boolean {
  const url = text.length <= 500 ? URL.parse(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && /^[\x21-\x7e]+$/.test(text);
}
