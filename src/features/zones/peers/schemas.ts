/** Peers, their forecast and the calendar, as the API gives them. */
import { z } from 'zod';

const time = z.string().describe('ISO 8601, UTC.');

export const forecastSchema = z
  .object({
    expiresInDays: z.int().describe('Negative: days since.'),
    renewedBeforeDays: z.array(z.int()).readonly().describe('Earlier renewals: days before the end, oldest first.'),
    losesClientAuth: z.boolean(),
    weak: z.array(z.string()).readonly(),
    severity: z.enum(['good', 'watch', 'act']),
    words: z.array(z.string()).readonly(),
  })
  .meta({ id: 'PeerForecast' });

export const peerRow = z
  .object({
    fingerprint: z.string().describe('SHA-256, lower-case hexadecimal.'),
    subject: z.string(),
    issuer: z.string(),
    names: z.array(z.string()).readonly(),
    notBefore: time,
    notAfter: time,
    key: z.string().describe('`rsa-2048`, `ec-p256`.'),
    extendedKeyUsage: z.array(z.string()).readonly(),
    zone: z.string().describe('Id of the zone it was met in last; empty: none.'),
    zoneName: z.string(),
    address: z.string(),
    listener: z.string(),
    firstSeen: time,
    lastSeen: time,
    seen: z.int().describe('How often it was reported.'),
    accepted: z.boolean(),
    enforced: z.boolean(),
    code: z.string(),
    words: z.string(),
    refusal: z.string().nullable().describe('Why it was not let in last; null: it was.'),
    superseded: z.boolean().describe('The same peer has shown a newer certificate.'),
    forecast: forecastSchema,
  })
  .meta({ id: 'Peer' });

export const peerList = z
  .object({ peers: z.array(peerRow).readonly(), total: z.int(), limit: z.int() })
  .meta({ id: 'Peers' });

export const peerView = z
  .object({
    peer: peerRow,
    text: z.string().describe('The last decision in full, for people.'),
    decision: z.unknown().describe('The last decision as it was reported.'),
    decoded: z.string().describe('The certificate in the layout of openssl.'),
    pem: z.string(),
  })
  .meta({ id: 'PeerView' });

export const calendarSchema = z
  .object({
    events: z
      .array(
        z.object({
          at: time.describe('When it breaks; past: it is broken already.'),
          zone: z.string(),
          zoneName: z.string(),
          cause: z.enum([
            'our-expiry',
            'our-client-auth',
            'peer-expiry',
            'peer-client-auth',
            'exception-ends',
            'ca-expiry',
            'untrusted-issuer',
          ]),
          breaks: z.boolean().describe('False: it would break with TLS verify mode on, or if the other side verifies.'),
          what: z.string().describe('Whose certificate.'),
          fingerprint: z.string(),
          words: z.string(),
          remedy: z.string(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'ZoneCalendar' });

export type Forecast = z.output<typeof forecastSchema>;
export type PeerRow = z.output<typeof peerRow>;
export type PeerView = z.output<typeof peerView>;
export type CalendarEvent = z.output<typeof calendarSchema>['events'][number];
