/** Whether the certificate and the private key it will be served with belong together. */
import type { Answer, UploadFacts } from './upload-checks.ts';

/** Guide: a private key cannot be uploaded while a certificate signing request is in progress. */
export function keyWhilePending({ pendingCsrKey, uploadedKey }: UploadFacts): Answer[] {
  if (pendingCsrKey === undefined || uploadedKey === undefined) return [];
  return [
    {
      severity: 'error',
      code: 'identity.key-while-csr-pending',
      detail: 'A private key cannot be uploaded while a certificate signing request is pending',
      hint: 'Upload the certificate without a key if it was made from that request; otherwise use Discard CSR first.',
    },
  ];
}

/** Re-use of the current key and an uploaded key exclude each other. */
export function notBothKeys({ reuseKey, uploadedKey, activeKey }: UploadFacts): Answer[] {
  if (!reuseKey) return [];
  if (activeKey === undefined) {
    return [
      {
        severity: 'error',
        code: 'identity.no-current-key',
        detail: 'There is no current private key to re-use: no certificate is loaded here',
        hint: 'Upload the private key with the certificate, or generate a CSR.',
      },
    ];
  }
  if (uploadedKey === undefined || uploadedKey === activeKey) return [];
  return [
    {
      severity: 'error',
      code: 'identity.two-keys-meant',
      detail: 'Re-use current private key is ticked, and another private key was uploaded',
      hint: 'Untick it to load the uploaded key, or leave the key file out.',
    },
  ];
}

/** The key that will be served must be the certificate's: both fingerprints, and whose key it is when that is known. */
export function keyMatches(facts: UploadFacts): Answer[] {
  const { leafKey, uploadedKey, pendingCsrKey, activeKey, reuseKey } = facts;
  if (facts.keyUnread) return [];
  const owner = facts.ownerOf(leafKey);
  const known = owner === undefined ? '' : ` The certificate's key is known here: ${owner}.`;
  if (reuseKey) {
    if (activeKey === undefined || activeKey === leafKey) return [];
    return [
      mismatch(
        `The certificate is not for the current private key. Key of the certificate: ${shown(leafKey)}; current key: ${shown(activeKey)}.${known}`,
        'Upload the certificate that was re-issued for the current key, or untick Re-use current private key.',
      ),
    ];
  }
  if (uploadedKey !== undefined) {
    if (uploadedKey === leafKey) return [];
    const keyOwner = facts.ownerOf(uploadedKey);
    const alsoKnown = keyOwner === undefined ? '' : ` The uploaded key is known here: ${keyOwner}.`;
    return [
      mismatch(
        `The private key does not match the certificate. Key of the certificate: ${shown(leafKey)}; uploaded key: ${shown(uploadedKey)}.${known}${alsoKnown}`,
        'Upload the key that was made with the request for this certificate.',
      ),
    ];
  }
  if (pendingCsrKey !== undefined) {
    if (pendingCsrKey === leafKey) return [];
    return [
      mismatch(
        `The certificate is not for the pending CSR's key. Key of the certificate: ${shown(leafKey)}; key of the CSR: ${shown(pendingCsrKey)}.${known}`,
        leafKey === activeKey
          ? 'The certificate is for the current key: tick Re-use current private key.'
          : 'Upload the certificate that the CA made from the pending CSR, or discard the CSR.',
      ),
    ];
  }
  if (leafKey === activeKey) {
    return [
      mismatch(
        'No private key was uploaded, and no CSR is pending; the certificate is for the current private key',
        'Tick Re-use current private key to load it.',
        'identity.key-missing',
      ),
    ];
  }
  return [
    mismatch(
      `There is no matching key: none was uploaded and no CSR is pending. Key of the certificate: ${shown(leafKey)}.${known}`,
      'Upload the private key with the certificate. A key that was discarded or replaced is gone: generate a new CSR.',
      'identity.key-missing',
    ),
  ];
}

/** Guide: one key on several peers means that one leak exposes all of them. */
export function keyElsewhere({ peerWithKey }: UploadFacts): Answer[] {
  if (peerWithKey === undefined) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.key-on-other-peer',
      detail: `The same private key was seen on ${peerWithKey}: one leak exposes all peers that hold it.`,
      hint: 'Generate a CSR on each peer. If the key must be shared, the alternative names must list every peer.',
      affected: [peerWithKey],
    },
  ];
}

function mismatch(detail: string, hint: string, code = 'identity.key-mismatch'): Answer {
  return { severity: 'error', code, detail, hint };
}

/** SHA-256 of the public key, in the notation of the page. */
function shown(key: string): string {
  return `SHA-256 ${key
    .slice(0, 64)
    .toUpperCase()
    .replace(/(..)(?=.)/g, '$1:')}`;
}
