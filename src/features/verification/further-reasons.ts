/** What else would refuse the leaf once its first fault is mended, so that one new certificate mends them all. */
import { Budget } from '../../pki/path/budget.ts';
import type { PathRequest, PathResult } from '../../pki/path/path-request.ts';
import type { RejectionCode } from '../../pki/path/rejection.ts';
import { verifyPath } from '../../pki/path/verify-path.ts';
import type { FurtherReason } from './decision.ts';

/** Verifies again, each time without the demand that refused the last time; each run has the budget of one. */
export function furtherReasons(
  request: PathRequest,
  first: Extract<PathResult, { accepted: false }>,
): readonly FurtherReason[] {
  const reasons: FurtherReason[] = [];
  const seen = new Set<RejectionCode>([first.rejection.code]);
  let next = relaxed(request, first.rejection.code);
  while (next !== undefined) {
    const result = verifyPath({ ...next, budget: new Budget(next.budget?.limits) });
    if (result.accepted || seen.has(result.rejection.code)) break;
    const { code, message, next: remedy } = result.rejection;
    seen.add(code);
    reasons.push({ code, words: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, next: remedy });
    next = relaxed(next, code);
  }
  return reasons;
}

/** The request without the demand behind the code; undefined when there is no such demand to leave out. */
function relaxed(request: PathRequest, code: RejectionCode): PathRequest | undefined {
  switch (code) {
    case 'path.name-mismatch':
      return { ...request, checkLeaf: () => undefined };
    case 'path.extended-key-usage':
      return { ...request, extendedKeyUsages: [] };
    case 'path.key-usage':
      return { ...request, keyUsages: [] };
    case 'path.expired':
      return { ...request, time: request.leaf.notAfter };
    case 'path.not-yet-valid':
      return { ...request, time: request.leaf.notBefore };
    default:
      return undefined;
  }
}
