/** Which of several chains of one certificate is meant: told by the name of the root it leads to. */
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { commonNames } from '../../../pki/name/distinguished-name.ts';
import { decodePem } from '../../../pki/pem.ts';

/** Common name of the issuer of the topmost certificate, which is the root's; undefined for what is no chain. */
export function topIssuerName(pem: Uint8Array): string | undefined {
  const blocks = decodePem(pem, { maxBlocks: 10 });
  const top = blocks.ok ? blocks.value.at(-1) : undefined;
  const parsed = top === undefined ? undefined : parseCertificate(top.der);
  return parsed?.ok === true ? commonNames(parsed.value.issuer)[0] : undefined;
}
