/** The security headers of every answer, errors included, and the session cookie. */

/** One policy for the page and the API; the page may add a nonce for its style sheets. */
export function contentSecurityPolicy(styleNonce?: string): string {
  const style = styleNonce === undefined ? `'self'` : `'self' 'nonce-${styleNonce}'`;
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src ${style}`,
    `img-src 'self' data:`,
    `connect-src 'self'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `object-src 'none'`,
    `require-trusted-types-for 'script'`,
  ].join('; ');
}

/** `strictTransport` only where a trusted certificate is active and the operator wants it: it makes faults final. */
export function securityHeaders(strictTransport: boolean): Readonly<Record<string, string>> {
  return {
    'content-security-policy': plainPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
    ...(strictTransport ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

const plainPolicy = contentSecurityPolicy();

const cookieName = '__Host-tollgate';

/** RFC 6265bis 4.1.3.2: the prefix binds the cookie to this host, to TLS and to no domain. */
export function sessionCookie(token: string | null): string {
  const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict';
  return token === null ? `${cookieName}=; ${attributes}; Max-Age=0` : `${cookieName}=${token}; ${attributes}`;
}

/** The session token among the cookies; undefined when it is missing, malformed or there more than once. */
export function readSessionCookie(header: string | undefined): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookieName}=`))
    .map((pair) => pair.slice(cookieName.length + 1));
  return values.length === 1 && /^[\w-]{43}$/.test(values[0]!) ? values[0] : undefined;
}
