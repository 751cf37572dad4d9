/** What an upload's names are worth: common name, alternative names, the names demanded, the attributes around them. */
import { printable, printableList } from '../../../lib/printable.ts';
import { commonNames } from '../../../pki/name/distinguished-name.ts';
import { unsupportedAttributes } from '../../../pki/name/supported-attributes.ts';
import { isFqdn } from '../../settings/settings.ts';
import { missingNames } from '../names-coverage.ts';
import type { Answer, UploadFacts } from './upload-checks.ts';

/** Guide: a host name or an IP address among the alternative names fails the upload; other kinds are only shown. */
export function sanIsFqdn({ slot, leaf }: UploadFacts): Answer[] {
  if (slot === 'client') return [];
  const bad = (leaf.subjectAltName ?? []).flatMap((name) => {
    if (name.kind === 'ip') return [name.text];
    return name.kind === 'dns' && !isFqdn(name.value).ok && !isWildcard(name.value) ? [name.value] : [];
  });
  if (bad.length === 0) return [];
  return [
    {
      severity: 'error',
      code: 'identity.san-not-fqdn',
      detail: 'Subject alternative name must be a valid FQDN',
      hint: `Have the certificate issued without ${printableList(bad)}: host names and IP addresses do not work here.`,
      affected: bad.slice(0, 20).map((name) => printable(name)),
    },
  ];
}

/** Guide: a host name or an IP address as common name fails the upload; in the client slot it is a warning. */
export function commonNameIsFqdn({ slot, leaf }: UploadFacts): Answer[] {
  const bad = commonNames(leaf.subject).filter((name) => !isFqdn(name).ok && !isWildcard(name));
  if (bad.length === 0) return [];
  return [
    {
      severity: slot === 'client' ? 'warning' : 'error',
      code: 'identity.cn-not-fqdn',
      detail: 'Common name must be a valid FQDN',
      hint: `The common name is ${printableList(bad)}. Ask for a certificate whose common name is the gateway's FQDN.`,
      affected: bad.slice(0, 20).map((name) => printable(name)),
    },
  ];
}

/** Refused in every slot. */
export function wildcard({ leaf }: UploadFacts): Answer[] {
  const dns = (leaf.subjectAltName ?? []).flatMap((name) => (name.kind === 'dns' ? [name.value] : []));
  const bad = [...new Set([...commonNames(leaf.subject), ...dns])].filter(isWildcard);
  if (bad.length === 0) return [];
  return [
    {
      severity: 'error',
      code: 'identity.wildcard',
      detail: `Wildcard names are not allowed: ${printableList(bad)}`,
      hint: 'SIP forbids wildcards (RFC 5922 7.2). Generate a CSR: it lists the names that are needed one by one.',
      affected: bad.slice(0, 20).map((name) => printable(name)),
    },
  ];
}

/** Guide: a missing common name is warned about and raises an alarm. */
export function commonNamePresent({ leaf }: UploadFacts): Answer[] {
  if (commonNames(leaf.subject).length > 0) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.no-common-name',
      detail: `The certificate has no common name. ${whatNeedsCommonName}`,
      hint: 'Ask the CA for a certificate with a common name. The alarm stays until one is loaded.',
    },
  ];
}

/** What stops working when a certificate has no common name. */
export const whatNeedsCommonName =
  'Mobile and remote access, Jabber Guest and the web proxy of the meeting server do not work without one.';

/** RFC 9525 2: without alternative names there is no identity that today's clients look at. */
export function sanPresent({ leaf }: UploadFacts): Answer[] {
  if ((leaf.subjectAltName ?? []).length > 0) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.no-alternative-names',
      detail: 'The certificate has no subject alternative names: clients of today ignore the common name.',
      hint: 'Generate a CSR here: it repeats the common name among the alternative names.',
    },
  ];
}

/** The names that the settings demand; a minimum, so lacking ones are warned about. */
export function namesCovered({ leaf, required }: UploadFacts): Answer[] {
  const missing = missingNames(leaf, required);
  if (missing.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.names-missing',
      detail: `The alternative names lack ${printableList(missing.map((n) => n.value))}.`,
      hint: 'Generate a CSR: it lists every name that the settings demand, with the reason of each.',
      affected: missing.map((n) => `${printable(n.value)} (${n.reason})`),
    },
  ];
}

/** Guide: attributes outside the supported table can make the SSH tunnels between gateways fail. */
export function supportedAttributes({ leaf }: UploadFacts): Answer[] {
  const oids = [...new Set([...unsupportedAttributes(leaf.subject), ...unsupportedAttributes(leaf.issuer)])];
  if (oids.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.unsupported-attributes',
      detail: `Subject or issuer hold attributes that are not supported: ${printableList(oids)}. SSH tunnels between gateways may fail.`,
      hint: 'Have the certificate issued without them, by another CA when they belong to the issuer.',
      affected: oids.map((oid) => printable(oid)),
    },
  ];
}

function isWildcard(name: string): boolean {
  return name.includes('*');
}
