/** Whether the certificate's key and signature are strong, whole and of a kind that peers take. */
import { toHex } from '../../../lib/bytes.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { checkKey } from '../../../pki/key/check.ts';
import type { Answer, UploadFacts } from './upload-checks.ts';

/** Keys that are broken or out of range, and MD5, are refused. */
export function keyAllowed({ leaf }: UploadFacts): Answer[] {
  const answers: Answer[] = checkKey(leaf.publicKey, 'upload').refusals.map((refusal) => ({
    severity: 'error',
    code: 'identity.key-refused',
    detail: refusal.message,
    hint: 'Make a new key: the simplest way is to generate a CSR here.',
  }));
  const hash = brokenHash(leaf);
  if (hash !== undefined) {
    answers.push({
      severity: 'error',
      code: 'identity.signature-refused',
      detail: `The certificate is signed with ${hash}, which anyone can forge`,
      hint: 'Have the certificate issued again with SHA-256 or better.',
    });
  }
  return answers;
}

/** Guide: an unacceptable level of security does not prevent the upload. */
export function keyStrength({ leaf }: UploadFacts): Answer[] {
  const { algorithm, bits = 0 } = leaf.publicKey;
  if (algorithm !== 'rsa' && algorithm !== 'rsa-pss') return [];
  if (bits >= 1024 && bits < 2048) {
    return [
      {
        severity: 'warning',
        code: 'identity.key-weak',
        detail: `The key has an unacceptable level of security: RSA with ${bits} bits.`,
        hint: 'Use RSA 2048 or more, or ECDSA P-256.',
      },
    ];
  }
  if (bits <= 4096 || bits > 8192) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.key-large',
      detail: `The key is RSA with ${bits} bits: SIP TLS zones may fail with keys above 4096 bits.`,
      hint: 'RSA 4096 is the largest size advised.',
    },
  ];
}

/** SHA-1 signatures: warned about, not prevented. */
export function algorithmStrength({ leaf }: UploadFacts): Answer[] {
  if (!usesSha1(leaf)) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.signature-weak',
      detail: 'The signature has an unacceptable level of security: SHA-1.',
      hint: 'Have the certificate issued again with SHA-256; browsers refuse SHA-1.',
    },
  ];
}

/** Kinds of keys that many clients do not know yet. */
export function keyCommon({ leaf }: UploadFacts): Answer[] {
  const { algorithm } = leaf.publicKey;
  if (!uncommon.has(algorithm)) return [];
  return [
    {
      severity: 'warning',
      code: 'identity.key-uncommon',
      detail: `The key is of kind ${algorithm}: browsers and SIP peers may refuse it.`,
      hint: 'Use RSA 2048 to 4096 or ECDSA unless every client is known to take this kind.',
    },
  ];
}

const uncommon: ReadonlySet<string> = new Set(['ed25519', 'ed448', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']);

/** RFC 6151: MD5 is broken for signatures; MD2 and MD4 all the more. */
function brokenHash(leaf: Certificate): string | undefined {
  const names: Readonly<Record<string, string>> = {
    '1.2.840.113549.1.1.2': 'MD2',
    '1.2.840.113549.1.1.3': 'MD4',
    '1.2.840.113549.1.1.4': 'MD5',
    '1.3.14.3.2.3': 'MD5',
  };
  return names[leaf.signatureAlgorithm.oid];
}

function usesSha1(leaf: Certificate): boolean {
  const { oid, parameters } = leaf.signatureAlgorithm;
  // RFC 4055 3.1: RSASSA-PSS without a hash algorithm in its parameters means SHA-1.
  if (oid === '1.2.840.113549.1.1.10') return parameters === undefined || !toHex(parameters).includes(sha2Prefix);
  return sha1Signatures.has(oid);
}

const sha1Signatures: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.5',
  '1.3.14.3.2.29',
  '1.2.840.10045.4.1',
  '1.2.840.10040.4.3',
]);

/** The OID arc 2.16.840.1.101.3.4.2 of the SHA-2 and SHA-3 hashes, encoded. */
const sha2Prefix = '60864801650304' + '02';
