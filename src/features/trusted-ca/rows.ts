/** The list as people see it: one row per certificate and CRL. */
import { printable } from '../../lib/printable.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import {
  canonicalName,
  commonNames,
  type DistinguishedName,
  equalNames,
  toRfc4514,
} from '../../pki/name/distinguished-name.ts';
import { issuersOf, usesOf } from './impact.ts';
import { isSelfSigned } from './judge.ts';
import { unverified } from './plan-crls.ts';
import { type CaMember, type CrlMember, crlSignature, type ListState } from './state.ts';
import type { CaWarning, ChainUser, TrustedCa } from './trusted-ca.ts';
import { certificateWarnings, commonNameWarnings, newerExists, validityAt } from './warnings.ts';

/** Every row at the time `now`: certificates in their order, then CRLs. */
export function listRows(state: ListState, users: readonly ChainUser[], now: number): readonly TrustedCa[] {
  const uses = usesOf(state.cas, users);
  const newer = newerMembers(state.cas);
  const certificates = state.cas.map(({ certificate }) => certificate);
  const sameName = commonNameWarnings(certificates, (index) => state.cas[index]?.row.source === 'default');
  const rows = state.cas.map((member, index) => {
    const shared = sameName.get(index);
    const replacement = newer.get(member.row.fingerprint);
    const warnings = [
      ...(shared === undefined ? [] : [shared]),
      ...(replacement === undefined ? [] : [newerExists()]),
      ...certificateWarnings(member.certificate, now).filter((warning) => concerns(member, warning)),
    ];
    return certificateRow(member, warnings, uses.get(member.row.fingerprint) ?? [], replacement, now);
  });
  const issuers = issuersOf(state.cas);
  return [...rows, ...state.crls.map((member) => crlRow(member, issuers, now))];
}

/** How long before its nextUpdate a CRL is called soon expired: a quarter of its life, a week at most. */
export function crlNotice(thisUpdate: number, nextUpdate: number): number {
  return Math.min((nextUpdate - thisUpdate) / 4, 7 * 24 * 3_600_000);
}

/** The name a person knows a certificate by. */
export function labelOf(name: DistinguishedName): string {
  const [common] = commonNames(name);
  const organisation = name.rdns.flat().find((attribute) => attribute.oid === '2.5.4.10')?.value;
  return printable(common ?? organisation ?? toRfc4514(name), 128);
}

function certificateRow(
  { row, certificate }: CaMember,
  warnings: readonly CaWarning[],
  usedBy: readonly string[],
  newer: string | undefined,
  now: number,
): TrustedCa {
  return {
    fingerprint: row.fingerprint,
    type: 'certificate',
    issuer: printable(toRfc4514(certificate.issuer)),
    subject: equalNames(certificate.issuer, certificate.subject)
      ? 'Matches issuer'
      : printable(toRfc4514(certificate.subject)),
    label: labelOf(certificate.subject),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    validity: validityAt(certificate.notBefore, certificate.notAfter, now),
    source: row.source,
    pinned: row.pinned !== 0,
    selfSigned: isSelfSigned(certificate),
    usedBy,
    warnings,
    newer,
    addedAt: row.added_at,
  };
}

function crlRow({ row, crl }: CrlMember, issuers: readonly Certificate[], now: number): TrustedCa {
  const notice = crl.nextUpdate === undefined ? 0 : crlNotice(crl.thisUpdate, crl.nextUpdate);
  return {
    fingerprint: row.id,
    type: 'crl',
    issuer: printable(toRfc4514(crl.issuer)),
    subject: '',
    label: `CRL of ${labelOf(crl.issuer)}`,
    notBefore: crl.thisUpdate,
    notAfter: crl.nextUpdate,
    validity: validityAt(crl.thisUpdate, crl.nextUpdate, now, notice),
    source: 'appended',
    pinned: false,
    selfSigned: false,
    usedBy: [],
    warnings: crlSignature(crl, issuers) === 'verified' ? [] : [unverified],
    newer: undefined,
    addedAt: row.added_at,
  };
}

/** Nobody here can mend the form of a bundled root. */
function concerns({ row }: CaMember, warning: CaWarning): boolean {
  return row.source !== 'default' || warning.code !== 'trusted-ca.irregular';
}

/** For each member that has one: the newest other member with its issuer and subject. */
function newerMembers(members: readonly CaMember[]): ReadonlyMap<string, string> {
  const groups = Map.groupBy(
    members,
    ({ certificate }) => `${canonicalName(certificate.issuer)}|${canonicalName(certificate.subject)}`,
  );
  const newer = new Map<string, string>();
  for (const group of groups.values()) {
    const newest = group.reduce((a, b) => (b.certificate.notBefore > a.certificate.notBefore ? b : a));
    for (const { row, certificate } of group) {
      if (certificate.notBefore < newest.certificate.notBefore) newer.set(row.fingerprint, newest.row.fingerprint);
    }
  }
  return newer;
}
