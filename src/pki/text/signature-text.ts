/** Signature algorithm and value, as they end certificates, requests, CRLs and OCSP answers. */
import type { AlgorithmIdentifier } from '../certificate/certificate.ts';
import { oidLongName } from '../der/oid.ts';
import { members, nodeInteger, nodeOid, readNode, Unprintable } from './asn1-node.ts';
import { hexLines } from './octets-text.ts';
import { pssSignatureLines } from './pss-text.ts';

const rsassaPss = '1.2.840.113549.1.1.10';
const dsaAlgorithms = new Set(['1.2.840.10040.4.3', '2.16.840.1.101.3.4.3.1', '2.16.840.1.101.3.4.3.2']);

/** The algorithm alone, as it stands among the data: the AlgorithmIdentifier inside what is signed, DER. */
export function signatureAlgorithmText(der: Uint8Array): string {
  const [type, parameters] = members(readNode(der));
  const algorithm = { oid: nodeOid(type), parameters: parameters?.der };
  const head = `        Signature Algorithm: ${oidLongName(algorithm.oid)}`;
  if (algorithm.oid !== rsassaPss) return `${head}\n`;
  return `${head}        \n${pssSignatureLines(algorithm.parameters, 8)}`;
}

/** Algorithm and value at the end. */
export function signatureText(algorithm: AlgorithmIdentifier, signature: Uint8Array): string {
  const head = `    Signature Algorithm: ${oidLongName(algorithm.oid)}\n    Signature Value:`;
  if (algorithm.oid === rsassaPss) {
    return `${head}        \n${pssSignatureLines(algorithm.parameters, 8)}${hexLines(signature, 8, 18)}\n`;
  }
  const pair = dsaAlgorithms.has(algorithm.oid) ? dsaSignature(signature) : undefined;
  return `${head}\n${pair ?? `${hexLines(signature, 8, 18)}\n`}`;
}

/** r and s of a DSA signature (RFC 3279 2.2.2), or undefined when the octets are not such a pair. */
function dsaSignature(signature: Uint8Array): string | undefined {
  try {
    const [r, s] = members(readNode(signature));
    if (nodeInteger(r) < 0n || nodeInteger(s) < 0n) return undefined;
    return `        r:   \n${hexLines(r!.content, 12, 15)}\n        s:   \n${hexLines(s!.content, 12, 15)}\n`;
  } catch (thrown) {
    if (thrown instanceof Unprintable) return undefined;
    throw thrown;
  }
}
