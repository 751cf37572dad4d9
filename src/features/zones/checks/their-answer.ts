/** What the other side did when our certificate was shown to it, as an aspect of the secure traversal test. */
import type { RemoteAnswer } from '../../verification/verification.ts';
import type { Aspect } from './aspects.ts';

/** RFC 8446 6.2: alerts that speak about the certificate shown; what each means for us, and the remedy. */
const alerts: readonly (readonly [alert: RegExp, words: string, remedy: string])[] = [
  [
    /^unknown ca$/,
    'They do not trust the CA of our certificate.',
    'Give the CA certificate to the other side to append to its trusted CA list.',
  ],
  [/^certificate expired$/, 'They hold our certificate to be expired.', 'Renew it, and compare the clocks.'],
  [/^certificate revoked$/, 'They hold our certificate to be revoked.', 'Have a new one issued.'],
  [
    /^unsupported certificate$/,
    'They do not take this kind of certificate: clientAuth is missing, or its algorithm is not known there.',
    'Load a client certificate with clientAuth, which a private CA issues, and choose it in this zone.',
  ],
  [
    /^certificate required$/,
    'They demand a certificate and got none.',
    'Choose an identity with a certificate in this zone.',
  ],
  [
    /^(bad certificate|certificate unknown|access denied)$/,
    'They refuse our certificate without saying why.',
    'Ask the other side which of its rules refuses it: trust, name, use or revocation.',
  ],
];

/** `answer` is undefined where nobody was reached. */
export function theirAnswer(answer: Pick<RemoteAnswer, 'alert' | 'sip' | 'protocol'> | undefined): Aspect {
  const aspect = 'answer' as const;
  if (answer === undefined) return { aspect, result: 'unknown', words: 'Nobody was reached.', remedy: '' };
  const { alert, sip, protocol } = answer;
  if (alert !== undefined) {
    const known = alerts.find(([pattern]) => pattern.test(alert));
    const words = known?.[1] ?? 'They ended the handshake.';
    const remedy =
      known?.[2] ?? 'Compare TLS versions and algorithms of both sides, and whether a certificate is shown.';
    return { aspect, result: 'bad', words: `${words} (TLS alert: ${alert})`, remedy };
  }
  if (protocol === '')
    return { aspect, result: 'unknown', words: 'They cut the connection during the handshake.', remedy: '' };
  return sip?.answered === true
    ? {
        aspect,
        result: 'good',
        words: 'They took the connection with our certificate and answered OPTIONS.',
        remedy: '',
      }
    : {
        aspect,
        result: 'unknown',
        words: `They took the connection, but: ${sip?.reason ?? 'OPTIONS was not sent'}.`,
        remedy: '',
      };
}
