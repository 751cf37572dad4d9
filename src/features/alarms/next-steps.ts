/** What to do next, in the order in which it should be done: a new gateway is led to its first certificate. */
import { printable, printableList } from '../../lib/printable.ts';
import { isoDate } from '../../lib/time-text.ts';
import { type Settings, settingsFlags } from '../settings/settings.ts';
import type { TrustedCa } from '../trusted-ca/trusted-ca.ts';
import type { NextStep, ServedIdentity } from './overview.ts';

/** The steps that are open at the time `now`; none when everything is as it should be. */
export function nextSteps(
  settings: Settings,
  served: readonly ServedIdentity[],
  cas: readonly TrustedCa[],
  now: number,
): readonly NextStep[] {
  return [
    ...settingsSteps(settings),
    ...served.flatMap((identity) => identitySteps(identity, now)),
    ...caSteps(cas, served),
  ];
}

function settingsSteps(settings: Settings): NextStep[] {
  return settingsFlags(settings).map((flag) => ({
    code: flag.code === 'settings.no-fqdn' ? 'set-fqdn' : 'mend-settings',
    title: flag.code === 'settings.no-fqdn' ? "Set this gateway's name" : 'Mend the settings',
    detail: `${flag.message} ${flag.hint}`,
    page: 'settings',
    object: flag.field,
    command:
      flag.code === 'settings.no-fqdn' ? 'tollgate settings set fqdn gateway.example.com' : 'tollgate settings show',
  }));
}

function identitySteps(identity: ServedIdentity, now: number): NextStep[] {
  const { slot, label, notAfter, alertFrom } = identity;
  const base = { page: pageOf(slot), object: slot } as const;
  const [upload, generate] = [
    `tollgate identity upload ${slot} certificate.pem`,
    `tollgate identity csr generate ${slot}`,
  ];
  if (identity.pendingCsr) {
    const detail = 'A certificate signing request is waiting: have it signed by your CA and upload the certificate.';
    return [
      {
        ...base,
        code: 'upload-certificate',
        title: `${label}: upload the signed certificate`,
        detail,
        command: upload,
      },
    ];
  }
  if (identity.served === 'server' || identity.served === 'none') return [];
  if (identity.temporary) {
    const detail = 'It was made by this gateway itself and nobody else trusts it.';
    return [
      { ...base, code: 'replace-temporary', title: `${label}: replace the temporary one`, detail, command: generate },
    ];
  }
  const steps: NextStep[] = [];
  if (notAfter !== undefined && now >= (alertFrom ?? notAfter)) {
    const detail = `It ${now > notAfter ? 'expired' : 'expires'} on ${isoDate(notAfter)}.`;
    steps.push({ ...base, code: 'renew', title: `${label}: renew it`, detail, command: generate });
  }
  if (identity.missingNames.length > 0) {
    const detail = `The certificate lacks ${printableList(identity.missingNames)}.`;
    steps.push({ ...base, code: 'new-certificate', title: `${label}: a new one is needed`, detail, command: generate });
  }
  if (!identity.chainComplete) {
    const issuer = identity.missingIssuer === undefined ? 'an issuer' : printable(identity.missingIssuer);
    steps.push({
      code: 'complete-chain',
      title: `${label}: complete its chain`,
      detail: `The certificate of ${issuer} is missing. Append it to the trusted CA list.`,
      page: 'trusted-ca',
      object: slot,
      command: 'tollgate trusted-ca append ca.pem',
    });
  }
  return steps;
}

function caSteps(cas: readonly TrustedCa[], served: readonly ServedIdentity[]): NextStep[] {
  const steps: NextStep[] = cas
    .filter((row) => row.usedBy.length > 0 && (row.validity === 'expired' || row.validity === 'expires-soon'))
    .map((row) => ({
      code: 'renew-ca',
      title: `Append the new certificate of ${row.label}`,
      detail: `The one on the trusted CA list ${row.validity === 'expired' ? 'has expired' : 'expires soon'}; ${printableList(row.usedBy)} needs it.`,
      page: 'trusted-ca',
      object: row.fingerprint,
      command: 'tollgate trusted-ca append ca.pem',
    }));
  if (served.some((identity) => identity.temporary && identity.served === 'own')) return steps;
  const leftOver = cas.filter((row) => row.source === 'temporary' && row.usedBy.length === 0);
  return [
    ...steps,
    ...leftOver.map((row) => ({
      code: 'remove-temporary-ca',
      title: 'Delete the temporary CA',
      detail: 'Nothing the gateway presents needs it any more.',
      page: 'trusted-ca' as const,
      object: row.fingerprint,
      command: `tollgate trusted-ca remove ${row.fingerprint}`,
    })),
  ];
}

function pageOf(slot: string): NextStep['page'] {
  if (slot === 'server') return 'server-certificate';
  return slot === 'client' ? 'client-certificate' : 'domain-certificates';
}
