/** The walk from the anchor to the leaf: RFC 5280 6.1.2 to 6.1.5, for a path whose signatures are good. */
import { type Certificate, isSelfIssued } from '../certificate/certificate.ts';
import type { Budget } from './budget.ts';
import { ConstraintState } from './name-constraints.ts';
import type { PathRequest } from './path-request.ts';
import { noPolicyInput, PolicyState } from './policy-graph.ts';
import { type Rejection, reject } from './rejection.ts';
import type { TrustAnchor } from './trust-store.ts';

/** `path` is leaf first and without the anchor. Gives the user-constrained policies, or the first rule broken. */
export function validatePath(
  path: readonly Certificate[],
  anchor: TrustAnchor,
  request: PathRequest,
  budget: Budget,
): Rejection | { readonly policies: readonly string[] } {
  const names = new ConstraintState();
  const input = request.policies ?? noPolicyInput;
  const policies =
    request.profile.policies &&
    (input.requireExplicitPolicy || path.some(speaksOfPolicies) || speaksOfPolicies(anchor.certificate))
      ? new PolicyState(input, path.length, budget)
      : undefined;
  // RFC 5280 6.1.2 (k)
  let maxPathLength = path.length;
  if (anchor.constraints) {
    const ca = anchor.certificate;
    maxPathLength = Math.min(maxPathLength, ca.basicConstraints?.pathLength ?? maxPathLength);
    const fault = (ca.nameConstraints && names.add(ca.nameConstraints, ca)) ?? policies?.anchor(ca);
    if (fault !== undefined) return fault;
  }
  for (let i = path.length - 1; i >= 0; i--) {
    const certificate = path[i]!;
    const last = i === 0;
    const selfIssued = isSelfIssued(certificate);
    // 6.1.3 (b), (c): self-issued certificates are exempt unless they are the last
    const named = selfIssued && !last ? undefined : names.check(certificate, last, budget);
    const fault = named ?? policies?.process(certificate, selfIssued, last);
    if (fault !== undefined) return fault;
    if (last) break;
    const next =
      policies?.prepare(certificate, selfIssued) ??
      (certificate.nameConstraints && names.add(certificate.nameConstraints, certificate));
    if (next !== undefined) return next;
    // 6.1.4 (l), (m)
    if (!selfIssued && maxPathLength-- === 0)
      return reject('path.path-length', 'a CA above allows no further CA here', certificate);
    maxPathLength = Math.min(maxPathLength, certificate.basicConstraints?.pathLength ?? maxPathLength);
  }
  const result = policies?.finish(path[0]!) ?? [];
  return 'code' in result ? result : { policies: result };
}

/** Where no certificate does, and no policy is required, the set of valid policies is empty and that is allowed. */
function speaksOfPolicies(c: Certificate): boolean {
  return (
    c.certificatePolicies !== undefined ||
    c.policyConstraints !== undefined ||
    c.policyMappings !== undefined ||
    c.inhibitAnyPolicy !== undefined
  );
}
