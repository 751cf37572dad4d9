/** Which names come into a certificate: what was asked for, as far as template and authority allow it. */
import { printable } from '../../../lib/printable.ts';
import type { CertificationRequest } from '../../../pki/csr/csr.ts';
import type { SanName } from '../../../pki/name/build-general-name.ts';
import { commonNames } from '../../../pki/name/distinguished-name.ts';
import { ipText } from '../../../pki/name/general-name.ts';
import { ipBytes, ipRangeBytes, isInRange } from '../../../pki/name/ip-bytes.ts';
import { isFqdn } from '../../settings/settings.ts';
import type { SanKind, Template } from '../template/template.ts';
import { domainOf, isBelow, type Limits } from './limits.ts';
import type { NoteList } from './notes.ts';
import { type Named, nameText, sanNameOf } from './san-text.ts';

/** The names, without doubles, in the order asked for; what is left out stands in `notes`. */
export function chooseNames(
  csr: CertificationRequest,
  given: readonly SanName[] | undefined,
  { template, limits, notes }: { template: Template; limits: Limits; notes: NoteList },
): readonly Named[] {
  const chosen: Named[] = [];
  const seen = new Set<string>();
  const take = (name: Named, note?: () => void): void => {
    const text = nameText(name);
    if (seen.has(text)) return;
    const reason = refusal(name, template, limits);
    seen.add(text);
    if (reason === undefined) {
      chosen.push(name);
      note?.();
    } else notes.add('name-left-out', `${printable(text, 300)} is left out: ${reason}.`);
  };
  if (given !== undefined) {
    for (const name of given) {
      if (name.kind !== 'directory') take(canonical(name));
      else notes.add('name-left-out', 'A directory name is left out: it cannot be a name here.');
    }
    return chosen;
  }
  for (const asked of csr.subjectAltName ?? []) {
    const name = sanNameOf(asked);
    if (name !== undefined) take(name);
    else notes.add('name-left-out', `A name of the kind ${asked.kind} is left out: no template allows it.`);
  }
  if (csr.subjectAltName === undefined) addCommonName(csr, template, take, notes);
  return chosen;
}

/** Clients ignore the common name today (RFC 9525 6.1), so a host name there becomes an alternative name. */
function addCommonName(
  csr: CertificationRequest,
  template: Template,
  take: (name: Named, note: () => void) => void,
  notes: NoteList,
): void {
  const cn = commonNames(csr.subject)[0];
  if (cn === undefined || !template.sanKinds.includes('dns') || !isFqdn(cn).ok) return;
  take({ kind: 'dns', value: cn.toLowerCase() }, () => {
    notes.add('common-name-added', `The common name ${printable(cn)} was made an alternative name too.`);
  });
}

function canonical(name: Named): Named {
  const address = name.kind === 'ip' ? ipBytes(name.value) : undefined;
  return address === undefined ? name : { kind: 'ip', value: ipText(address) };
}

const kindWords: Readonly<Record<SanKind, string>> = {
  dns: 'DNS names',
  ip: 'IP addresses',
  email: 'mail addresses',
  uri: 'URIs',
  srv: 'service names',
  xmpp: 'XMPP addresses',
  upn: 'user principal names',
};

/** The end of the sentence "NAME is left out: …"; undefined when it may stand in the certificate. */
function refusal(name: Named, template: Template, limits: Limits): string | undefined {
  if (!template.sanKinds.includes(name.kind)) return `the template allows no ${kindWords[name.kind]}`;
  const fault = syntaxFault(name, template.wildcards);
  if (fault !== undefined) return fault;
  if (!insideTemplate(name, template)) return 'it lies outside the names of the template';
  return limits(name) ? undefined : 'the authority may not issue for it';
}

function syntaxFault(name: Named, wildcards: boolean): string | undefined {
  if (name.kind === 'ip') return ipBytes(name.value) === undefined ? 'it is no IP address' : undefined;
  if (name.kind === 'dns' && name.value.startsWith('*.')) {
    if (!wildcards) return 'the template allows no wildcards';
    return fqdnFault(name.value.slice(2));
  }
  const domain = domainOf(name) ?? '';
  if (name.kind === 'srv' && !/^_[a-z0-9-]+\./i.test(name.value)) return 'a service name begins with _service';
  if ((name.kind === 'email' || name.kind === 'upn') && !/^[^@\s]+@[^@\s]+$/.test(name.value))
    return 'it is not written user@domain';
  if (!/^[\u0021-\u007e]*$/.test(name.value)) return 'it holds characters that do not belong there';
  return fqdnFault(domain);
}

function fqdnFault(domain: string): string | undefined {
  const check = isFqdn(domain);
  return check.ok ? undefined : `${printable(domain) || 'its domain'} ${check.reason}`;
}

function insideTemplate(name: Named, { domains, addresses }: Template): boolean {
  if (name.kind === 'ip') {
    const address = ipBytes(name.value);
    return addresses.length === 0 || addresses.some((range) => isInRange(address, ipRangeBytes(range)));
  }
  const domain = domainOf(name) ?? '';
  return domains.length === 0 || domains.some((base) => isBelow(domain, base));
}
