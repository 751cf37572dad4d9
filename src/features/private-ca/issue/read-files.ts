/** Requests and certificates in the files that people give: PEM or DER. */
import { printable } from '../../../lib/printable.ts';
import { decodePem } from '../../../pki/pem.ts';
import { invalidRequest, refusedRequest } from '../problems.ts';

/** DER of the one request in a file. Throws `private-ca.request-refused` (422). */
export function csrOf(file: Uint8Array): Uint8Array {
  if (file[0] === 0x30) return file;
  const blocks = decodePem(file);
  const found = blocks.ok ? blocks.value.filter(({ label }) => /^(NEW )?CERTIFICATE REQUEST$/.test(label)) : [];
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.der;
  const others = blocks.ok ? [...new Set(blocks.value.map(({ label }) => printable(label, 60)))].join(', ') : '';
  const held = others === '' ? 'no PEM' : others;
  const detail =
    found.length > 1 ? `The file holds ${found.length} requests.` : `The file holds no request, but ${held}.`;
  throw refusedRequest(detail, 'Give one certification request (PKCS#10), PEM or DER.');
}

/** DER of every certificate in a file. Throws `private-ca.invalid` (422). */
export function certificatesOf(file: Uint8Array, field: string): readonly Uint8Array[] {
  if (file[0] === 0x30) return [file];
  const blocks = decodePem(file);
  const found = blocks.ok ? blocks.value.filter(({ label }) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(label)) : [];
  if (found.length > 0) return found.map(({ der }) => der);
  throw invalidRequest([{ field, detail: 'The file holds no certificate.', hint: 'Give PEM or DER.' }]);
}
