/** The operator's domains, as far as the settings tell them: what an intermediate may issue for unless told otherwise. */

import type { Settings } from '../../settings/settings.ts';
import { isBelow } from '../issue/limits.ts';
import { invalidRequest } from '../problems.ts';
import type { NameLimits } from './requests.ts';

/** Throws `private-ca.invalid` (422) when the gateway has no name yet. */
export function limitsOf(settings: Settings | undefined): NameLimits {
  const domains = settings === undefined ? [] : [...hostDomains(settings), ...serviceDomains(settings)];
  const distinct = [...new Set(domains)];
  const dns = distinct.filter((one) => !distinct.some((other) => other !== one && isBelow(one, other)));
  if (dns.length > 0) return { dns, ip: [], email: [] };
  throw invalidRequest([
    {
      field: 'constraints',
      detail: 'The gateway has no name yet, so its domains are not known.',
      hint: 'Name the domains the authority may issue for, or say that there is no limit.',
    },
  ]);
}

/** `gw.example.com` stands for all of `example.com`; a name of two labels for itself. */
function hostDomains({ fqdn, dnsNames, clusterName, peers }: Settings): string[] {
  return [fqdn, clusterName, ...dnsNames, ...peers]
    .filter((name) => name !== '')
    .map((name) => name.toLowerCase().split('.'))
    .map((labels) => labels.slice(labels.length > 2 ? 1 : 0).join('.'));
}

function serviceDomains({ unifiedCommunications }: Settings): string[] {
  const { registrationDomains, federationDomains } = unifiedCommunications;
  return [...registrationDomains, ...federationDomains].map((domain) => domain.toLowerCase());
}
