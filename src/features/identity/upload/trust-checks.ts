/** Who signed the certificate, for how long, and for what. */
import { printable } from '../../../lib/printable.ts';
import { isoSeconds } from '../../../lib/time-text.ts';
import { anyExtendedKeyUsage, clientAuth, serverAuth } from '../../../pki/certificate/extended-key-usages.ts';
import { isSelfSigned } from '../../../pki/chain/issued-by.ts';
import { toRfc4514 } from '../../../pki/name/distinguished-name.ts';
import type { Answer, UploadFacts } from './upload-checks.ts';

/** RFC 5280 4.2.1.9: a certificate with CA:TRUE is there to sign others. */
export function leafIsNoCa({ leaf }: UploadFacts): Answer[] {
  if (leaf.basicConstraints?.ca !== true) return [];
  return [
    {
      severity: 'error',
      code: 'identity.leaf-is-ca',
      detail: 'The certificate is a CA certificate (CA:TRUE); it cannot be presented as an identity',
      hint: 'Upload the certificate that this CA issued. To trust the CA, append it to the trusted CA list.',
    },
  ];
}

/** Refused, unless it was asked for in full knowledge; then it has to be confirmed by typing. */
export function expired({ leaf, now, force }: UploadFacts): Answer[] {
  if (now <= leaf.notAfter) return [];
  const detail = `The certificate expired on ${isoSeconds(leaf.notAfter)}`;
  if (force) {
    return [
      {
        severity: 'warning',
        code: 'identity.expired',
        detail: `${detail}. It is loaded because that was asked for; clients will refuse it.`,
        hint: `Type "${expiredConfirmation}" to confirm.`,
        typed: expiredConfirmation,
      },
    ];
  }
  return [
    {
      severity: 'error',
      code: 'identity.expired',
      detail,
      hint: 'Renew the certificate. If it must be loaded all the same, force it and confirm by typing.',
    },
  ];
}

/** What the operator types to have an expired certificate served. */
const expiredConfirmation = 'expired';

/** Warned about, with the date. */
export function notYetValid({ leaf, now }: UploadFacts): Answer[] {
  if (now >= leaf.notBefore) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.not-yet-valid',
      detail: `The certificate is not valid before ${isoSeconds(leaf.notBefore)}; until then clients refuse it.`,
      hint: 'Wait until that date, or check the clock of this gateway.',
    },
  ];
}

/** Guide: an unrecognised CA is warned about and never prevents the upload. */
export function issuerTrusted({ leaf, completed, appendable }: UploadFacts): Answer[] {
  if (completed.complete || isSelfSigned(leaf)) return [];
  const issuer = completed.missingIssuer?.name ?? toRfc4514(leaf.issuer);
  const keyIdText = completed.missingIssuer?.keyId;
  const whose = `${printable(issuer)}${keyIdText === undefined ? '' : ` (key identifier ${keyIdText})`}`;
  const offered = appendable.length > 0;
  return [
    {
      severity: 'warning',
      code: offered ? 'identity.issuer-not-trusted' : 'identity.chain-incomplete',
      detail: offered
        ? `The issuing CA is not in the trusted CA list: ${whose}.`
        : `The issuing CA is not in the trusted CA list, and the chain is incomplete: ${whose} is missing.`,
      hint: offered
        ? 'The upload holds it: confirm with "append the issuer" to add it to the trusted CA list in the same step.'
        : 'Add the certificate of that CA to the files of this upload, or append it to the trusted CA list.',
      affected: [whose],
    },
  ];
}

/** The CRL of the CA matters to purposes that check revocation; while none does, there is nothing to say. */
export function crlKnown({ leaf, purposesWithoutCrl }: UploadFacts): Answer[] {
  if (purposesWithoutCrl.length === 0 || isSelfSigned(leaf)) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.crl-unknown',
      detail:
        `No CRL of the issuing CA is known here (${printable(toRfc4514(leaf.issuer))}): where revocation is checked, ` +
        'the status of certificates of this CA cannot be established.',
      hint: 'Load the CRL of this CA under CRL management, by upload or as a distribution point.',
      affected: purposesWithoutCrl,
    },
  ];
}

/** Guide: self-signed certificates do not work in unified communications. */
export function selfSigned({ leaf }: UploadFacts): Answer[] {
  if (!isSelfSigned(leaf)) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.self-signed',
      detail: 'The certificate is self-signed: it will not work in unified communications.',
      hint: 'Have a CA sign the CSR; a private CA does for systems under your own control.',
    },
  ];
}

/** RFC 5280 4.2.1.12. Without the extension any use is allowed. `affected` names the zones that suffer. */
export function usageFits({ slot, leaf, clientLoaded, zonesAffected }: UploadFacts): Answer[] {
  const usages = leaf.extendedKeyUsage;
  if (usages === undefined || usages.includes(anyExtendedKeyUsage)) return [];
  const answers: Answer[] = [];
  const affectedBy = (use: string) => {
    const affected = zonesAffected.filter((zone) => zone.endsWith(use));
    return affected.length === 0 ? {} : { affected };
  };
  if (slot !== 'client' && !usages.includes(serverAuth)) {
    answers.push({
      severity: 'warning',
      code: 'identity.no-server-auth',
      detail: 'The certificate lacks the extended key usage serverAuth: browsers and SIP clients will refuse it.',
      hint: 'Have it issued with serverAuth, from the template "Web server" or "Web client and server".',
      ...affectedBy('serverAuth'),
    });
  }
  const shownAsClient =
    slot === 'client' ||
    (slot === 'server' && !clientLoaded) ||
    zonesAffected.some((zone) => zone.endsWith('clientAuth'));
  if (shownAsClient && !usages.includes(clientAuth)) {
    answers.push({
      severity: 'warning',
      code: 'identity.no-client-auth',
      detail:
        'The certificate lacks the extended key usage clientAuth: peers that verify this gateway as a TLS client will refuse it.',
      hint:
        slot === 'client'
          ? 'Have it issued with clientAuth by a private CA; public CAs issue none since 2026.'
          : 'Load a client certificate from a private CA into the client slot; public CAs issue no clientAuth since 2026.',
      ...affectedBy('clientAuth'),
    });
  }
  return answers;
}

/** Guide: dates from 2050 on are encoded in another way, and some systems fail on them (RFC 5280 4.1.2.5). */
export function endDate2050({ leaf }: UploadFacts): Answer[] {
  if (leaf.notAfter < Date.UTC(2050, 0, 1)) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.end-2050',
      detail: `The certificate ends in 2050 or later (${isoSeconds(leaf.notAfter)}), which other systems may not understand.`,
      hint: 'Ask for a shorter validity.',
    },
  ];
}
