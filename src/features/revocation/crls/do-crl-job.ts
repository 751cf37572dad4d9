/**
 * Reads a file of CRLs: unpacks, parses, checks form, freshness and signature, indexes. Runs in a process of its own,
 * because the file decides how much work it is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../../lib/bytes.ts';
import { printable } from '../../../lib/printable.ts';
import { type Certificate, fingerprint, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { faultOf } from '../../../pki/crl/crl-acceptance.ts';
import { indexFile } from '../../../pki/crl/crl-index-file.ts';
import { type LoadedCrl, loadCrl } from '../../../pki/crl/loaded-crl.ts';
import { equalNames, toRfc4514 } from '../../../pki/name/distinguished-name.ts';
import { readCrlFile } from '../archive/read-crl-file.ts';
import { UnpackRefusal, unpackLimits } from '../archive/unpack-error.ts';
import type { CrlJob, CrlJobAnswer, CrlRefusal, ReadCrl, RefusedCrl } from './crl-job.ts';
import { numberText, seriesOf } from './crl-series.ts';

/** Never throws for what the file holds. `progress` is called between the steps. */
export function doCrlJob(job: CrlJob, progress: () => void = () => undefined): CrlJobAnswer {
  try {
    const file = readFileSync(job.file);
    // an archive may unpack to less than a CRL that comes as it is
    const { crls, notes } = readCrlFile(file, unpackLimits);
    progress();
    const issuers = job.issuers.flatMap((der) => {
      const parsed = parseCertificate(der);
      return parsed.ok ? [parsed.value] : [];
    });
    const read = crls.map(({ der, label }, index) => {
      progress();
      return readOne(der, { position: index + 1, label }, issuers, job, progress);
    });
    return { ok: true, crls: read, notes };
  } catch (error) {
    if (error instanceof UnpackRefusal) return { ok: false, refusal: unpackRefusal(error) };
    if (error instanceof RangeError)
      return { ok: false, refusal: { ...hintFor('revocation.archive-too-large'), message: 'the file is too large' } };
    throw error;
  }
}

function readOne(
  der: Uint8Array,
  at: { readonly position: number; readonly label: string },
  issuers: readonly Certificate[],
  job: CrlJob,
  progress: () => void,
): ReadCrl | RefusedCrl {
  const refuse = (code: string, message: string, issuer = ''): RefusedCrl => ({
    ...at,
    issuer,
    refusal: { ...hintFor(code), message },
  });
  if (der.length > job.maxBytes)
    return refuse('revocation.crl-too-large', `the CRL has ${der.length} octets, more than ${job.maxBytes}`);
  const parsed = loadCrl(der, '');
  if (!parsed.ok)
    return refuse('revocation.unreadable', `this is no CRL: ${parsed.error.message} at octet ${parsed.error.offset}`);
  const loaded = parsed.value;
  const { crl } = loaded;
  const issuer = printable(toRfc4514(crl.issuer), 500);
  const fault = faultOf(loaded, { algorithms: 'current', conformingIssuer: false }, job.time);
  if (fault !== undefined) return refuse(faultCodes[fault.why] ?? 'revocation.crl-refused', fault.message, issuer);
  if (crl.nextUpdate === undefined)
    return refuse('revocation.crl-refused', 'the CRL does not say when the next one comes', issuer);
  const signer = signerOf(loaded, issuers);
  progress();
  if (signer === 'wrong')
    return refuse(
      'revocation.crl-signature',
      'the CRL bears the name of a CA that is known here, but that CA’s key did not sign it',
      issuer,
    );
  const index = loaded.index();
  progress();
  if (!index.ok) return refuse('revocation.unreadable', `an entry is malformed: ${index.error.message}`, issuer);
  const id = toHex(fingerprint(der));
  const signedBy = signer === undefined ? undefined : toHex(fingerprint(signer.publicKeyInfo));
  const files = { der: join(job.folder, `${at.position}.crl`), index: join(job.folder, `${at.position}.index`) };
  writeFileSync(files.der, der, { mode: 0o600, flag: 'wx' });
  if (signedBy !== undefined) writeFileSync(files.index, indexFile(index.value.parts, id), { mode: 0o600, flag: 'wx' });
  return {
    ...at,
    id,
    der: files.der,
    index: signedBy === undefined ? undefined : files.index,
    issuer,
    number: numberText(crl),
    thisUpdate: crl.thisUpdate,
    nextUpdate: crl.nextUpdate,
    entries: index.value.entryCount,
    bytes: der.length,
    delta: crl.baseCrlNumber !== undefined,
    signedBy,
    series: signedBy === undefined ? undefined : seriesOf(crl, signedBy),
  };
}

/** RFC 5280 6.3.3 (f), (g): the CA of the CRL's name whose key signed it; undefined when no CA of that name is known. */
function signerOf(loaded: LoadedCrl, issuers: readonly Certificate[]): Certificate | 'wrong' | undefined {
  const { crl } = loaded;
  const named = issuers.filter((one) => equalNames(one.subject, crl.issuer) && one.keyUsage?.has('cRLSign') !== false);
  const signer = named.find((one) => loaded.signedBy(one));
  if (signer !== undefined || named.length === 0) return signer;
  // RFC 5280 5.2.1: another CA of the same name, with another key, may have signed it
  const keyId = crl.authorityKeyIdentifier?.keyId;
  const another =
    keyId !== undefined &&
    named.every(
      (one) => one.subjectKeyIdentifier !== undefined && Buffer.compare(one.subjectKeyIdentifier, keyId) !== 0,
    );
  return another ? undefined : 'wrong';
}

const faultCodes: Readonly<Record<string, string>> = {
  'crl.expired': 'revocation.crl-expired',
  'crl.not-yet-valid': 'revocation.crl-not-yet-valid',
};

const hints: Readonly<Record<string, string>> = {
  'revocation.archive-malformed': 'Fetch the file again, or unpack it and use the CRL inside.',
  'revocation.archive-forbidden': 'Pack the CRLs alone, as plain files of one archive, or use them unpacked.',
  'revocation.archive-too-large': 'Use the CRLs unpacked, one by one.',
  'revocation.unreadable': 'A CRL in PEM or DER is expected, or a ZIP or GZIP of CRLs.',
  'revocation.no-crl': 'A CRL in PEM or DER is expected, or a ZIP or GZIP of CRLs.',
  'revocation.crl-too-large': 'Ask the CA for partitioned CRLs.',
  'revocation.crl-expired': 'Fetch the newest CRL from the CA.',
  'revocation.crl-not-yet-valid': 'Check the clock of this gateway.',
  'revocation.crl-signature': 'Fetch the CRL again from the CA. A CRL that somebody else signed is never used.',
  'revocation.crl-refused': 'The CRL cannot be used: ask the CA for another one.',
};

function hintFor(code: string): { readonly code: string; readonly hint: string } {
  return { code, hint: hints[code] ?? '' };
}

function unpackRefusal(error: UnpackRefusal): CrlRefusal {
  return { ...hintFor(error.code), message: error.message };
}
