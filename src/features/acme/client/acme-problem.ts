/** Why something asked of an ACME server, or of a place where a challenge is answered, did not come about. */
import { printable } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';
import type { ProblemDocument } from './resource/problem-document.ts';

export type AcmeProblemCode = keyof typeof kinds;

export interface AcmeFailure {
  /** What the server said, when it answered with a problem document. */
  readonly document?: ProblemDocument;
  /** The time before which the server does not want to be asked again; milliseconds since 1970. */
  readonly retryAt?: number;
  /** The host that an approval by the operator would open. */
  readonly host?: string;
}

/** A Problem with what the schedule of further attempts needs to know. */
export class AcmeProblem extends Problem {
  readonly code: AcmeProblemCode;
  readonly failure: AcmeFailure;

  constructor(code: AcmeProblemCode, detail: string, failure: AcmeFailure = {}, hint: string = kinds[code][2]) {
    const [status, title] = kinds[code];
    super({ code, status, title, detail, hint });
    this.name = 'AcmeProblem';
    this.code = code;
    this.failure = failure;
  }
}

/** Text of a server or a system, safe to stand in a sentence. */
export function quoted(text: string, max = 300): string {
  return `“${printable(text, max)}”`;
}

const kinds = {
  'acme.url-refused': [
    502,
    'A URL of the ACME server is not used',
    'Check the directory URL; approve the host if it is one of the CA.',
  ],
  'acme.address-refused': [
    502,
    'An address is not called',
    'Approve the host or its network for this provider if it is a server of your own.',
  ],
  'acme.name-unknown': [502, 'A name cannot be resolved', 'Check the name and the DNS servers of this machine.'],
  'acme.no-connection': [502, 'No connection', 'See whether the server runs and whether a firewall is in the way.'],
  'acme.server-certificate': [
    502,
    'The certificate of the server is not accepted',
    'Enter the CA file of the provider, or have the server’s certificate mended.',
  ],
  'acme.timeout': [504, 'The server takes too long', 'It is tried again later; see whether the CA reports a fault.'],
  'acme.too-large': [502, 'The answer is too large', 'Ask the CA: no ACME server needs answers of that size.'],
  'acme.redirect': [502, 'The server redirects', 'Enter the URL that the server redirects to, if you trust it.'],
  'acme.answer': [502, 'The answer is not understood', 'Check that the directory URL is one of an ACME server.'],
  'acme.refused': [502, 'The CA refuses', 'Read the CA’s reason, mend its cause, then try again.'],
  'acme.rate-limited': [503, 'The CA asks to wait', 'Nothing has to be done: the next attempt is not earlier.'],
  'acme.bad-nonces': [502, 'The CA takes none of its own nonces', 'Ask the CA; it is tried again later.'],
  'acme.terms-not-accepted': [
    409,
    'The terms are not accepted',
    'Read the terms of the CA and accept them at the provider; what failed for want of them is then tried again.',
  ],
  'acme.action-needed': [
    409,
    'The CA wants a person to do something',
    'Visit the page that the CA names and do what it says, then retry.',
  ],
  'acme.account-ended': [
    409,
    'The account at the CA has ended',
    'If nobody here ended it, ask the CA why. Then reset the account at the provider and sign again: a new one is made.',
  ],
  'acme.account-needed': [409, 'There is no account at this CA', 'Register the account first.'],
  'acme.binding-needed': [
    409,
    'The CA wants an external account',
    'Enter key identifier and HMAC key that the CA gave you.',
  ],
  'acme.profile-unknown': [409, 'The CA does not offer this profile', 'Choose one of the profiles that the CA lists.'],
  'acme.not-offered': [409, 'The CA does not offer this', 'See the directory of the CA for what it offers.'],
  'acme.token-refused': [502, 'The challenge of the CA is not answered', 'Ask the CA: its token is malformed.'],
  'acme.no-challenge': [
    409,
    'No challenge can be answered',
    'Set up one of the kinds of challenge that the CA offers for this name.',
  ],
  'acme.authorization-failed': [
    409,
    'The CA could not verify a name',
    'Read the CA’s reason; see whether the name leads to this gateway.',
  ],
  'acme.order-failed': [409, 'The order failed', 'Read the CA’s reason, then sign again.'],
  'acme.certificate-refused': [
    502,
    'The certificate of the CA is not taken',
    'The certificate in use stays. Ask the CA; it is tried again later.',
  ],
  'acme.dns-server': [502, 'A DNS server does not do its part', 'Check server, zone, key name and key of the update.'],
  'acme.dns-not-seen': [
    504,
    'The DNS record is not seen',
    'See whether every name server of the zone gets its updates in time.',
  ],
  'acme.plug-in': [502, 'The plug-in failed', 'Run the program by hand and see what it says.'],
  'acme.webhook': [502, 'The webhook failed', 'See what the server of the webhook logged.'],
  'acme.stopped': [409, 'The order was stopped', 'Sign again when you want to go on.'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string, hint: string]>>;
