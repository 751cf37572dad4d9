/** What well-known certificate policies promise (CA/Browser Forum, Baseline Requirements 7.1.6 and EV Guidelines). */

/** A few words for a policy that people know by name, such as `Extended Validation`. */
export function policyName(oid: string): string | undefined {
  return names[oid];
}

/** Whether one of these policies claims extended validation. */
export function isExtendedValidation(policies: readonly { readonly oid: string }[]): boolean {
  return policies.some(({ oid }) => oid === extendedValidation);
}

const extendedValidation = '2.23.140.1.1';

const names: Readonly<Record<string, string>> = {
  '2.5.29.32.0': 'Any Policy',
  [extendedValidation]: 'Extended Validation',
  '2.23.140.1.2.1': 'Domain Validated',
  '2.23.140.1.2.2': 'Organization Validated',
  '2.23.140.1.2.3': 'Individual Validated',
  '2.23.140.1.3': 'Extended Validation Code Signing',
  '2.23.140.1.4.1': 'Code Signing',
  '2.23.140.1.4.2': 'Timestamping',
  '2.23.140.1.31': 'Onion Extended Validation',
};
