/**
 * The one exception to `require-trusted-types-for 'script'`: the component library writes its style sheets through
 * innerHTML. The default policy lets text pass that cannot become markup, and nothing else.
 */

interface TrustedTypePolicyFactory {
  createPolicy(name: string, rules: { createHTML(text: string): string }): unknown;
}

/** Installs the policy; browsers without Trusted Types are left alone. Text that holds `<` is refused. */
export function installTrustedText(scope: object = globalThis): void {
  (scope as { readonly trustedTypes?: TrustedTypePolicyFactory }).trustedTypes?.createPolicy('default', {
    createHTML: acceptText,
  });
}

/** Returns text without `<` as it is and throws for any other. */
export function acceptText(text: string): string {
  if (text.includes('<')) throw new TypeError('Markup is never written into this page.');
  return text;
}
