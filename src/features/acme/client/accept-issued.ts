/**
 * Whether what the CA sent is taken for the certificate that was ordered. Nothing is believed: form, size, key, names,
 * dates, usage and every signature up to the root are looked at before the certificate may be used (RFC 8555 7.4.2,
 * 11.4; RFC 5280). Pure: bytes and the time in, the chain or the reason out.
 */
import { equalBytes } from '../../../lib/bytes.ts';
import { printable, printableList } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { clientAuth, serverAuth } from '../../../pki/certificate/extended-key-usages.ts';
import { isIssuedBy, isSelfSigned } from '../../../pki/chain/issued-by.ts';
import { matchName } from '../../../pki/name/match-name.ts';
import { parseReferenceName } from '../../../pki/name/reference-name.ts';
import { sip } from '../../../pki/path/profile.ts';
import { TrustStore } from '../../../pki/path/trust-store.ts';
import { verifyPath } from '../../../pki/path/verify-path.ts';
import { decodePem, type PemBlock } from '../../../pki/pem.ts';
import type { Identifier } from './resource/identifier.ts';

export type IssuedRefusalKind =
  | 'too-large'
  | 'empty'
  | 'not-pem'
  | 'private-key'
  | 'not-a-certificate'
  | 'too-many-certificates'
  | 'unreadable'
  | 'duplicate'
  | 'other-key'
  | 'names-missing'
  | 'leaf-is-ca'
  | 'self-signed'
  | 'dates-reversed'
  | 'not-yet-valid'
  | 'expired'
  | 'life-too-short'
  | 'already-used'
  | 'wrong-order'
  | 'issuer-not-ca'
  | 'chain-expired'
  | 'unknown-root'
  | 'path';

export interface IssuedRefusal {
  readonly kind: IssuedRefusalKind;
  /** A sentence, safe to print. */
  readonly message: string;
}

export interface IssuedInput {
  /** The body of the CA's answer. */
  readonly pem: Uint8Array;
  /** SubjectPublicKeyInfo (DER) of the key that was ordered for. */
  readonly publicKeyInfo: Uint8Array;
  /** The names ordered. */
  readonly identifiers: readonly Identifier[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Roots that the chain may end at; `any`: whatever root it leads to, for a first look at a test CA. */
  readonly roots: readonly Certificate[] | 'any';
  /** What it shall serve for, one of them at least; servers unless told. */
  readonly usages?: readonly ('server' | 'client')[];
  /** DER of certificates that were taken before: the CA may not hand out an old one again. */
  readonly known?: readonly Uint8Array[];
}

export interface IssuedChain {
  readonly leaf: Certificate;
  /** Leaf first, as the CA sent it, without a root at its end. */
  readonly chain: readonly Certificate[];
  /** The root that it ends at; undefined with `any` when the CA did not send it. */
  readonly root: Certificate | undefined;
}

type Checked<T> = Result<T, IssuedRefusal>;

export function acceptIssued(input: IssuedInput): Checked<IssuedChain> {
  const blocks = readBlocks(input.pem);
  if (!blocks.ok) return blocks;
  const read = readCertificates(blocks.value);
  if (!read.ok) return read;
  const [leaf, ...above] = read.value;
  const fault = leafFault(leaf!, input) ?? chainFault(read.value, input.now);
  if (fault !== undefined) return err(fault);
  return builtChain(leaf!, above, input);
}

const maxOctets = 64 * 1024;
const maxCertificates = 10;
const hour = 3_600_000;

function refusal(kind: IssuedRefusalKind, message: string): IssuedRefusal {
  return { kind, message };
}

function readBlocks(pem: Uint8Array): Checked<readonly PemBlock[]> {
  if (pem.length > maxOctets)
    return err(refusal('too-large', `The answer has ${pem.length} octets, more than ${maxOctets}.`));
  const text = Buffer.from(pem.buffer, pem.byteOffset, pem.length).toString('latin1');
  if (text.trim() === '') return err(refusal('empty', 'The answer is empty.'));
  // before it is read at all: a CA that has our key, or sends somebody's, is no CA
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text))
    return err(refusal('private-key', 'The answer holds a private key.'));
  const count = text.split('-----BEGIN ').length - 1;
  if (count > maxCertificates)
    return err(
      refusal('too-many-certificates', `The answer holds ${count} certificates, more than ${maxCertificates}.`),
    );
  const blocks = decodePem(text);
  if (!blocks.ok) return err(refusal('not-pem', `The answer is no PEM: ${blocks.error.message}.`));
  const other = blocks.value.find(({ label }) => label !== 'CERTIFICATE');
  if (other !== undefined)
    return err(refusal('not-a-certificate', `The answer holds a ${printable(other.label, 40)}.`));
  return blocks;
}

function readCertificates(blocks: readonly PemBlock[]): Checked<readonly Certificate[]> {
  const read: Certificate[] = [];
  for (const [i, { der }] of blocks.entries()) {
    const parsed = parseCertificate(der);
    if (!parsed.ok) return err(refusal('unreadable', `Certificate ${i + 1} cannot be read: ${parsed.error.message}.`));
    if (read.some((one) => equalBytes(one.der, der)))
      return err(refusal('duplicate', `Certificate ${i + 1} stands there twice.`));
    read.push(parsed.value);
  }
  return ok(read);
}

function leafFault(leaf: Certificate, input: IssuedInput): IssuedRefusal | undefined {
  const { publicKeyInfo, identifiers, now, known = [] } = input;
  const { notBefore, notAfter } = leaf;
  if (!equalBytes(leaf.publicKeyInfo, publicKeyInfo))
    return refusal('other-key', 'The first certificate is for another key than the one ordered for.');
  if (known.some((der) => equalBytes(der, leaf.der)))
    return refusal('already-used', 'This is a certificate that was taken before, no new one.');
  if (leaf.basicConstraints?.ca === true) return refusal('leaf-is-ca', 'The certificate is one of a CA.');
  if (isSelfSigned(leaf)) return refusal('self-signed', 'The certificate is self-signed.');
  const missing = identifiers.filter((one) => !names(leaf, one)).map(({ value }) => value);
  if (missing.length > 0) return refusal('names-missing', `The certificate lacks ${printableList(missing)}.`);
  if (notAfter <= notBefore) return refusal('dates-reversed', 'The certificate ends before it begins.');
  if (notBefore > now + hour)
    return refusal('not-yet-valid', `The certificate begins only at ${new Date(notBefore).toISOString()}.`);
  if (notAfter <= now) return refusal('expired', `The certificate ended at ${new Date(notAfter).toISOString()}.`);
  if (notAfter - Math.max(now, notBefore) < hour)
    return refusal('life-too-short', 'The certificate lives for less than an hour.');
  return undefined;
}

/** A wildcard proves itself only; everything else by the rules for hosts, without wildcards: what was ordered stands there. */
function names(leaf: Certificate, { type, value }: Identifier): boolean {
  if (value.startsWith('*.'))
    return (leaf.subjectAltName ?? []).some((name) => name.kind === 'dns' && name.value.toLowerCase() === value);
  const reference = parseReferenceName(value);
  if (!reference.ok || reference.value.kind !== type) return false;
  return matchName(leaf, reference.value, { wildcards: false, commonName: false }).matched !== undefined;
}

/** RFC 8555 7.4.2, RFC 8446 4.4.2: each certificate directly certifies the one before it. */
function chainFault(chain: readonly Certificate[], now: number): IssuedRefusal | undefined {
  for (const [i, issuer] of chain.slice(1).entries()) {
    if (issuer.basicConstraints?.ca !== true) return refusal('issuer-not-ca', `Certificate ${i + 2} is no CA.`);
    if (!isIssuedBy(chain[i]!, issuer))
      return refusal('wrong-order', `Certificate ${i + 2} did not issue certificate ${i + 1}.`);
    if (issuer.notAfter <= now || issuer.notBefore > now)
      return refusal('chain-expired', `Certificate ${i + 2} is not valid now.`);
  }
  return undefined;
}

function builtChain(leaf: Certificate, above: readonly Certificate[], input: IssuedInput): Checked<IssuedChain> {
  const { roots, now, usages = ['server'] } = input;
  const top = above.at(-1);
  const sentRoot = top !== undefined && isSelfSigned(top) ? top : undefined;
  const chain = [leaf, ...above].filter((one) => one !== sentRoot);
  const anchors = roots === 'any' ? [sentRoot ?? top ?? leaf] : roots.filter((root) => isSelfSigned(root));
  if (roots === 'any' && top === undefined)
    return err(refusal('unknown-root', 'The answer holds no certificate of the CA.'));
  const result = verifyPath({
    leaf,
    intermediates: [...above, ...(roots === 'any' ? [] : roots)],
    trust: new TrustStore(anchors.map((certificate) => ({ certificate, constraints: true, pinned: false }))),
    time: Math.max(now, leaf.notBefore),
    // private CAs of all ages; algorithms and key sizes are judged all the same
    profile: sip,
    extendedKeyUsages: usages.map((one) => usageOids[one]),
  });
  if (!result.accepted) {
    const { code, message } = result.rejection;
    return err(refusal(code === 'path.no-issuer' ? 'unknown-root' : 'path', `The chain is not accepted: ${message}.`));
  }
  return ok({ leaf, chain, root: roots === 'any' ? sentRoot : result.anchor.certificate });
}

const usageOids = { server: serverAuth, client: clientAuth } as const;
