/** Policy extensions that the product never writes (RFC 5280 4.2.1.5, 4.2.1.11, 4.2.1.14), for tests. */
import { implicit, integer, oid, sequence } from '../../src/pki/der/writer.ts';

interface OtherExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** A policy of a test: `policy(7)`. */
export function policy(number: number): string {
  return `1.3.6.1.4.1.99999.1.${number}`;
}

export const anyPolicy = '2.5.29.32.0';

/** Pairs of issuer domain policy and subject domain policy. */
export function policyMappings(...pairs: readonly (readonly [string, string])[]): OtherExtension {
  return { oid: '2.5.29.33', critical: true, value: sequence(...pairs.map(([a, b]) => sequence(oid(a), oid(b)))) };
}

export function policyConstraints(skip: {
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
}): OtherExtension {
  const member = (tag: number, value: number | undefined) =>
    value === undefined ? [] : [implicit(tag, Uint8Array.of(value))];
  return {
    oid: '2.5.29.36',
    critical: true,
    value: sequence(...member(0, skip.requireExplicitPolicy), ...member(1, skip.inhibitPolicyMapping)),
  };
}

export function inhibitAnyPolicy(skip: number): OtherExtension {
  return { oid: '2.5.29.54', critical: true, value: integer(skip) };
}
