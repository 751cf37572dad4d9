/** Which CRLs replace each other, and which of two is the newer (RFC 5280 5.2.3). */

import { toHex } from '../../../lib/bytes.ts';
import { fingerprint } from '../../../pki/certificate/certificate.ts';
import type { Crl } from '../../../pki/crl/crl.ts';
import { canonicalName } from '../../../pki/name/distinguished-name.ts';

/** A series is one issuer, one of its keys, one scope, complete or delta: what its numbers count. */
export function seriesOf(crl: Crl, signedBy: string): string {
  const scope = crl.extensions.find(({ oid }) => oid === '2.5.29.28')?.value;
  return toHex(
    fingerprint(
      Buffer.from(
        [
          canonicalName(crl.issuer),
          signedBy,
          scope === undefined ? '' : toHex(fingerprint(scope)),
          crl.baseCrlNumber === undefined ? '' : 'delta',
        ].join('|'),
      ),
    ),
  );
}

/** What is compared of a CRL. */
export interface CrlPosition {
  /** SHA-256 of the DER. */
  readonly id: string;
  /** Hexadecimal without leading zeros; undefined when the CRL has none. */
  readonly number: string | undefined;
  readonly thisUpdate: number;
}

/**
 * `newer`, `same` (the same bytes), `older`: a rollback, or `conflict`: the same number over other content. Numbers
 * decide; where one of the two has none, thisUpdate does.
 */
export function compareInSeries(crl: CrlPosition, known: CrlPosition): 'newer' | 'same' | 'older' | 'conflict' {
  if (crl.id === known.id) return 'same';
  const [mine, theirs] =
    crl.number !== undefined && known.number !== undefined
      ? [BigInt(`0x${crl.number}`), BigInt(`0x${known.number}`)]
      : [BigInt(crl.thisUpdate), BigInt(known.thisUpdate)];
  return mine > theirs ? 'newer' : mine < theirs ? 'older' : 'conflict';
}

/** The number as it is stored. */
export function numberText(crl: Crl): string | undefined {
  return crl.crlNumber === undefined ? undefined : toHex(crl.crlNumber).replace(/^0+(?=.)/, '') || '0';
}
