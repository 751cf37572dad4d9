/** A CRL with many entries, signed by a CA of the fixtures; none of the fixtures' certificates is on it. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { bitString, integer, sequence, time as timeOf, unsignedInteger } from '../../src/pki/der/writer.ts';

/** DER of a CRL of `inter.der`, signed with `inter.key`. */
export function largeCrl(folder: string, entries: number): Uint8Array {
  const issuer = parseCertificate(readFileSync(join(folder, 'inter.der')));
  if (!issuer.ok) throw new Error(issuer.error.message);
  const key = createPrivateKey(readFileSync(join(folder, 'inter.key')));
  // ecdsa-with-SHA256, sha256WithRSAEncryption
  const algorithm =
    createPublicKey(key).asymmetricKeyType === 'ec'
      ? Buffer.from('300a06082a8648ce3d040302', 'hex')
      : Buffer.from('300d06092a864886f70d01010b0500', 'hex');
  const day = 86_400_000;
  const now = Math.floor(Date.now() / day) * day;
  const time = timeOf(now - day);
  const list = Array.from({ length: entries }, (_, i) => {
    const serial = Buffer.alloc(16, 0x5a);
    serial.writeUInt32BE(i, 12);
    return sequence(unsignedInteger(serial), time);
  });
  const tbs = sequence(
    integer(1),
    algorithm,
    issuer.value.subject.der,
    time,
    timeOf(now + 30 * day),
    sequence(Buffer.concat(list)),
  );
  return sequence(tbs, algorithm, bitString(sign('sha256', tbs, key)));
}
