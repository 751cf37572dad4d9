/** What ACME refuses by itself, in words; what a CA or the network refuses is an AcmeProblem of the client. */
import { printable } from '../../lib/printable.ts';
import { Problem, type ProblemDetails } from '../../lib/problem.ts';
import type { AcmeProblem } from './client/acme-problem.ts';

/** Throws as `acme.no-provider` (404). */
export function noProvider(id: string): Problem {
  return new Problem({
    code: 'acme.no-provider',
    status: 404,
    title: 'No such provider.',
    detail: `There is no provider ${printable(id, 64)}.`,
    hint: 'List what there is with `tollgate acme providers`.',
  });
}

export function providerInvalid(errors: NonNullable<ProblemDetails['errors']>): Problem {
  return new Problem({
    code: 'acme.provider-invalid',
    status: 422,
    title: 'The provider cannot be used like this.',
    detail: errors.map(({ detail }) => detail).join(' '),
    hint: 'Mend the fields that are named.',
    errors,
  });
}

export function providerUsed(name: string, slots: readonly string[]): Problem {
  return new Problem({
    code: 'acme.provider-used',
    status: 409,
    title: 'The provider is in use.',
    detail: `${printable(name, 100)} is set for ${slots.join(', ')}.`,
    hint: 'Choose another provider there first.',
  });
}

export function slotInvalid(field: string, detail: string, hint: string): Problem {
  return new Problem({
    code: 'acme.slot-invalid',
    status: 422,
    title: 'These settings cannot be used.',
    detail,
    hint,
    errors: [{ code: 'acme.slot-invalid', field, detail, hint }],
  });
}

export function noProviderSet(label: string): Problem {
  return new Problem({
    code: 'acme.no-provider-set',
    status: 409,
    title: 'No provider is set.',
    detail: `${label}: ACME is not used, because no provider is chosen.`,
    hint: 'Choose a provider first.',
  });
}

export function orderRunning(label: string): Problem {
  return new Problem({
    code: 'acme.order-running',
    status: 409,
    title: 'An order is under way.',
    detail: `${label}: one order at a time.`,
    hint: 'Watch its steps, or stop it.',
  });
}

export function noOrder(id: string): Problem {
  return new Problem({
    code: 'acme.no-order',
    status: 404,
    title: 'No such order.',
    detail: `There is no order ${printable(id, 64)}; old ones are forgotten.`,
    hint: 'List the orders of the certificate.',
  });
}

export function nothingToRevoke(label: string): Problem {
  return new Problem({
    code: 'acme.nothing-to-revoke',
    status: 409,
    title: 'There is nothing to revoke here.',
    detail: `${label}: no provider set up here has issued this certificate.`,
    hint: 'Revoke it at the CA that issued it.',
  });
}

export function retryLimit(until: number): Problem {
  const at = new Date(until).toISOString();
  return new Problem({
    code: 'acme.retry-limit',
    status: 429,
    title: 'Too many attempts by hand.',
    detail: 'Four attempts in an hour can be asked for, so that the CA does not shut this gateway out.',
    hint: `The next one is possible at ${at}. Mend the cause first: the last status names it.`,
    extra: { retryAt: at },
  });
}

export function stagingOnly(name: string): Problem {
  return new Problem({
    code: 'acme.staging-only',
    status: 422,
    title: 'That provider issues certificates for tests only.',
    detail: `Nobody trusts the certificates of ${printable(name, 100)}: they never become active.`,
    hint: 'Use it with Test this set-up; choose the provider itself here.',
  });
}

export function noStaging(name: string): Problem {
  return new Problem({
    code: 'acme.no-staging',
    status: 409,
    title: 'There is no place for tests.',
    detail: `${printable(name, 100)} has no staging directory.`,
    hint: 'Enter the directory URL of its staging server, if the CA has one.',
  });
}

export function termsChanged(terms: string): Problem {
  return new Problem({
    code: 'acme.terms',
    status: 422,
    title: 'The terms have to be accepted.',
    detail: `The CA has these terms of service: ${printable(terms, 300)}`,
    hint: 'Read them, then accept exactly these.',
    extra: { terms },
  });
}

export function noAccount(name: string): Problem {
  return new Problem({
    code: 'acme.no-account',
    status: 409,
    title: 'There is no account.',
    detail: `No account at ${printable(name, 100)} is known here.`,
    hint: 'Accept the terms to make one.',
  });
}

export function notAnAcmeProvider(name: string): Problem {
  return new Problem({
    code: 'acme.private-ca',
    status: 409,
    title: 'The private CA needs no account.',
    detail: `${printable(name, 100)} is the private CA of this gateway.`,
    hint: 'Nothing has to be done.',
  });
}

/** What is kept and shown of anything that was thrown. */
export interface KeptProblem {
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
  /** Milliseconds since 1970. */
  readonly retryAt?: number;
}

/** Any error in words that can be stored and shown. */
export function keptProblem(error: unknown): KeptProblem {
  if (error instanceof Problem) {
    const { code, title, detail = title, hint = '' } = error.details;
    const retryAt = (error as Partial<AcmeProblem>).failure?.retryAt;
    return {
      code,
      detail: printable(detail, 1000),
      hint: printable(hint, 500),
      ...(retryAt !== undefined && { retryAt }),
    };
  }
  const words = error instanceof Error ? error.message : String(error);
  return { code: 'acme.fault', detail: printable(words, 500), hint: 'See the log of the gateway.' };
}
