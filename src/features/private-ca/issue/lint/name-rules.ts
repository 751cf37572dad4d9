/** Rules about subject and alternative names (RFC 5280 4.1.2.6, 4.2.1.6, 4.2.1.10, appendix A.1). */
import { printable } from '../../../../lib/printable.ts';
import type { Certificate } from '../../../../pki/certificate/certificate.ts';
import { serverAuth } from '../../../../pki/certificate/extended-key-usages.ts';
import { IA5_STRING, PRINTABLE_STRING, UTF8_STRING } from '../../../../pki/der/tag.ts';
import { type Attribute, commonNames } from '../../../../pki/name/distinguished-name.ts';
import { isDottedQuad, isHostName } from '../../../../pki/name/host-name.ts';
import { Budget } from '../../../../pki/path/budget.ts';
import { ConstraintState } from '../../../../pki/path/name-constraints.ts';
import { isFqdn } from '../../../settings/settings.ts';
import type { LintRule, LintSubject } from '../lint.ts';

export const nameRules: readonly LintRule[] = [
  {
    rule: 'subject-empty',
    clause: 'RFC 5280 4.1.2.6',
    check: ({ certificate }) => {
      if (certificate.subject.der.length > 2) return undefined;
      return certificate.extension('2.5.29.17')?.critical
        ? undefined
        : 'Without a subject there must be critical alternative names';
    },
  },
  {
    rule: 'attribute-length',
    clause: 'RFC 5280 A.1',
    check: ({ certificate }) => {
      const long = attributeOf(certificate, ({ oid, value }) => {
        const most = upperBounds[oid] ?? Number.POSITIVE_INFINITY;
        // what is short in UTF-16 is no longer in characters
        return value.length > most && [...value].length > most;
      });
      return long === undefined ? undefined : `${long.type} has more than ${upperBounds[long.oid]} characters`;
    },
  },
  {
    rule: 'attribute-empty',
    clause: 'RFC 5280 A.1',
    check: ({ certificate }) => {
      const empty = attributeOf(certificate, ({ value }) => value.trim() === '');
      return empty === undefined ? undefined : `${empty.type} is empty`;
    },
  },
  {
    rule: 'country',
    clause: 'RFC 5280 A.1',
    check: ({ certificate }) => {
      const wrong = attributeOf(
        certificate,
        ({ oid, value, tag }) => oid === '2.5.4.6' && (tag !== PRINTABLE_STRING || !/^[A-Z]{2}$/.test(value)),
      );
      return wrong === undefined ? undefined : 'A country is two capital letters';
    },
  },
  {
    rule: 'string-type',
    clause: 'RFC 5280 4.1.2.4',
    check: ({ certificate }) => {
      const wrong = attributeOf(certificate, ({ tag }) => !stringTags.has(tag));
      return wrong === undefined ? undefined : `${wrong.type} is neither PrintableString nor UTF8String`;
    },
  },
  {
    rule: 'alternative-names-empty',
    clause: 'RFC 5280 4.2.1.6',
    check: ({ certificate }) =>
      certificate.subjectAltName?.length === 0 ? 'The list of alternative names is empty' : undefined,
  },
  {
    rule: 'server-name',
    clause: 'RFC 9525 6.1',
    check: ({ certificate }) => {
      const server = certificate.extendedKeyUsage?.includes(serverAuth);
      return server && certificate.subjectAltName === undefined
        ? 'A server certificate needs an alternative name'
        : undefined;
    },
  },
  {
    rule: 'dns-name',
    clause: 'RFC 5280 4.2.1.6',
    check: ({ certificate }) => {
      const wrong = dnsNames(certificate).find((name) => !isDnsName(name));
      return wrong === undefined ? undefined : `${printable(wrong)} is no DNS name`;
    },
  },
  {
    rule: 'names-twice',
    clause: 'BR 7.1.4.2',
    check: ({ certificate }) => {
      const names = dnsNames(certificate).map((name) => name.toLowerCase());
      return new Set(names).size === names.length ? undefined : 'A name stands twice among the alternative names';
    },
  },
  {
    rule: 'common-name',
    clause: 'BR 7.1.4.3',
    check: ({ certificate }) => {
      const names = new Set(dnsNames(certificate).map((name) => name.toLowerCase()));
      if (names.size === 0) return undefined;
      const alone = commonNames(certificate.subject).find((cn) => isFqdn(cn).ok && !names.has(cn.toLowerCase()));
      return alone === undefined ? undefined : `The common name ${printable(alone)} is not among the alternative names`;
    },
  },
  { rule: 'name-constraints', clause: 'RFC 5280 4.2.1.10', check: outsideConstraints },
];

/** Characters (RFC 5280 A.1, ub-…). */
const upperBounds: Readonly<Record<string, number>> = {
  '2.5.4.3': 64,
  '2.5.4.5': 64,
  '2.5.4.6': 2,
  '2.5.4.7': 128,
  '2.5.4.8': 128,
  '2.5.4.10': 64,
  '2.5.4.11': 64,
  '1.2.840.113549.1.9.1': 255,
};

const stringTags: ReadonlySet<number> = new Set([PRINTABLE_STRING, UTF8_STRING, IA5_STRING]);

/** The first of the subject's attributes that is so. */
function attributeOf({ subject }: Certificate, is: (attribute: Attribute) => boolean): Attribute | undefined {
  for (const rdn of subject.rdns) {
    const found = rdn.find(is);
    if (found !== undefined) return found;
  }
  return undefined;
}

function dnsNames(certificate: Certificate): string[] {
  return (certificate.subjectAltName ?? []).flatMap((name) => (name.kind === 'dns' ? [name.value] : []));
}

function isDnsName(name: string): boolean {
  const bare = name.startsWith('*.') ? name.slice(2) : name;
  return isHostName(bare) && !isDottedQuad(bare) && (bare === name || bare.includes('.'));
}

/** The engine's own check, over the whole path: what would be refused by those who verify is not issued. */
function outsideConstraints({ certificate, issuers }: LintSubject): string | undefined {
  const constrained = issuers.filter((issuer) => issuer !== certificate && issuer.nameConstraints !== undefined);
  if (constrained.length === 0) return undefined;
  const state = new ConstraintState();
  for (const issuer of constrained) {
    const malformed = state.add(issuer.nameConstraints!, issuer);
    if (malformed !== undefined) return malformed.message;
  }
  return state.check(certificate, true, new Budget())?.message;
}
