/** Whether a CRL may take the place of the one in use: never an older one (RFC 5280 5.2.3). */
import { equalBytes } from '../../lib/bytes.ts';
import { equalNames } from '../name/distinguished-name.ts';
import { type Crl, compareNumbers } from './crl.ts';

/**
 * `newer`: may replace. `same`: the very bytes. `rollback`: a lower number or, without numbers, not a later date.
 * `conflict`: the same number over other content, which no honest issuer makes. `unrelated`: of another issuer, of
 * another scope, or one of them a delta CRL.
 */
export type Supersession = 'newer' | 'same' | 'rollback' | 'conflict' | 'unrelated';

/** How the CRL offered stands to the one in use. */
export function supersedes(inUse: Crl, offered: Crl): Supersession {
  if (equalBytes(inUse.der, offered.der)) return 'same';
  const related =
    equalNames(inUse.issuer, offered.issuer) &&
    equalScope(inUse, offered) &&
    (inUse.baseCrlNumber === undefined) === (offered.baseCrlNumber === undefined);
  if (!related) return 'unrelated';
  const [old, next] = [inUse.crlNumber, offered.crlNumber];
  if (old !== undefined && next !== undefined) {
    const order = compareNumbers(next, old);
    // signatures of ECDSA differ each time: what is signed tells whether it is the same CRL
    if (order === 0) return equalBytes(inUse.tbs, offered.tbs) ? 'same' : 'conflict';
    return order > 0 ? 'newer' : 'rollback';
  }
  // an issuer that has begun to number its CRLs does not stop
  if (old !== undefined) return 'rollback';
  return offered.thisUpdate > inUse.thisUpdate ? 'newer' : 'rollback';
}

function equalScope(a: Crl, b: Crl): boolean {
  const [x, y] = [a, b].map(({ extensions }) => extensions.find(({ oid }) => oid === '2.5.29.28')?.value);
  return x === undefined || y === undefined ? x === y : equalBytes(x, y);
}
