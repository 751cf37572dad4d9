/** What a certificate request must be like to finish an order (RFC 8555 7.4): the right names, a good key of its own. */
import { printable, printableList } from '../../../lib/printable.ts';
import { type CertificationRequest, parseCsr, verifyCsrSignature } from '../../../pki/csr/csr.ts';
import { checkKey } from '../../../pki/key/check.ts';
import { commonNames } from '../../../pki/name/distinguished-name.ts';
import type { Db } from '../../../storage/schema.ts';
import { selectAccountByThumbprint } from '../accounts/account-store.ts';
import type { CertifiedName } from '../issuing-ca.ts';
import { AcmeError } from '../protocol/acme-error.ts';
import { fromBase64url } from '../protocol/base64url.ts';
import { accountThumbprint } from '../protocol/jwk.ts';
import { identifierText, sameAddress, sameNames } from './identifiers.ts';

const mostOctets = 32 * 1024;

/** The DER of the request. Throws `badCSR`. Everything else it asks for is left to the template. */
export async function checkCsr(db: Db, text: string, names: readonly CertifiedName[]): Promise<Uint8Array> {
  const der = fromBase64url(text);
  if (der === undefined) throw badCsr('csr-encoding', 'The request is not base64url without padding (DER, not PEM).');
  const parsed = parseCsr(new Uint8Array(der), { maxBytes: mostOctets });
  if (!parsed.ok) throw badCsr('csr-form', `The request cannot be read: ${parsed.error.message}.`);
  const csr = parsed.value;
  const weak = checkKey(csr.publicKey, 'peer').refusals[0];
  if (weak !== undefined) throw badCsr('csr-key', weak.message);
  if (!signatureGood(csr)) throw badCsr('csr-signature', 'The request is not signed by its own key.');
  // RFC 8555 11.1: a key that signs what others choose must sign nothing else
  const thumbprint = accountThumbprint(csr.publicKeyInfo);
  if (thumbprint !== undefined && (await selectAccountByThumbprint(db, thumbprint)) !== undefined)
    throw badCsr('csr-account-key', 'The request has the key of an account: make a key of its own.');
  checkNames(csr, names);
  return csr.der;
}

function signatureGood(csr: CertificationRequest): boolean {
  try {
    return verifyCsrSignature(csr);
  } catch {
    return false;
  }
}

function checkNames(csr: CertificationRequest, names: readonly CertifiedName[]): void {
  const wanted = new Map<string, CertifiedName>();
  for (const name of csr.subjectAltName ?? []) {
    if (name.kind !== 'dns' && name.kind !== 'ip')
      throw badCsr('csr-names', `The request has a name of the kind ${name.kind}; only those ordered may stand in it.`);
    const one: CertifiedName =
      name.kind === 'dns' ? { type: 'dns', value: name.value.toLowerCase() } : { type: 'ip', value: name.text };
    wanted.set(identifierText(one), one);
  }
  for (const common of commonNames(csr.subject)) {
    const one = names.find(({ type, value }) =>
      type === 'ip' ? sameAddress(value, common) : value === common.toLowerCase(),
    );
    if (one === undefined)
      throw badCsr('csr-names', `The common name ${printable(common, 100)} is not among the names ordered.`);
    wanted.set(identifierText(one), one);
  }
  const asked = [...wanted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
  if (sameNames(asked, names)) return;
  throw badCsr(
    'csr-names',
    `The request is for ${
      printableList(
        asked.map(({ value }) => value),
        10,
      ) || 'no name'
    }, the order for ${printableList(
      names.map(({ value }) => value),
      10,
    )}.`,
  );
}

function badCsr(reason: string, detail: string): AcmeError {
  return new AcmeError('badCSR', reason, detail);
}
