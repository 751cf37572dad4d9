/** What the API takes and gives about publishing. */
import { z } from 'zod';
import { isoTime } from '../../../lib/time-text.ts';
import { publishRanges } from './publish-settings.ts';
import type { AuthorityPublication, PublishingState } from './publishing.ts';

const time = z.iso.datetime().describe('UTC');
const count = z.int().min(0);

const crlView = z
  .object({
    partition: count.describe('0: the CRL about all certificates.'),
    path: z.string().describe('Below the public address.'),
    number: z.string().describe('Decimal.'),
    entries: count,
    bytes: count,
    thisUpdate: time,
    nextUpdate: time,
    renewAt: time.describe('When the next regular one is planned.'),
    took: count.describe('Milliseconds it took to make.'),
  })
  .meta({ id: 'PrivateCaPublishedCrl' });

export const publicationView = z
  .object({
    authority: z.string(),
    label: z.string(),
    key: z.enum(['passphrase', 'sealed', 'none']),
    crls: z.array(crlView).readonly(),
    responder: z
      .object({ notBefore: time, notAfter: time })
      .nullable()
      .describe('The certificate that signs OCSP answers.'),
    progress: z
      .object({ partition: count, step: z.enum(['collecting', 'signing']), entries: count, total: count })
      .nullable()
      .describe('The CRL that is being made at this moment.'),
    failure: z.string().nullable().describe('Why the last attempt failed.'),
  })
  .meta({ id: 'PrivateCaPublication' });

export const publishingView = z
  .object({
    address: z.string().describe('Empty while the gateway has neither a name nor a public address.'),
    service: z.object({
      state: z.enum(['off', 'starting', 'running', 'failed']),
      port: count,
      reason: z.string().describe('Why it does not run.'),
      current: z.boolean().describe('Whether it serves what was published last.'),
      open: count.describe('Connections.'),
      refused: count.describe('Connections refused because there were too many.'),
      answers: z.object({ ocsp: count, ocspSigned: count, ocspLater: count, files: count, nothing: count }),
    }),
    authorities: z.array(publicationView).readonly(),
  })
  .meta({ id: 'PrivateCaPublishing' });

export const publishRequest = z
  .strictObject({
    passphrase: z.string().min(1).max(1_024).optional().describe('Of the key, where it is under one; never stored.'),
  })
  .meta({ id: 'PrivateCaPublishRequest' });

const within = ([least, most]: readonly [number, number]) => z.int().min(least).max(most);
const fields = {
  crlHours: within(publishRanges.crlHours).describe('How long a CRL holds; half of it later there is a new one.'),
  passphraseCrlDays: within(publishRanges.passphraseCrlDays).describe('The same where somebody gives a passphrase.'),
  immediately: z.boolean().describe('A revocation is in a CRL at once.'),
  ocspHours: within(publishRanges.ocspHours).describe('How long an OCSP answer holds.'),
  connections: within(publishRanges.connections).describe('At once; more are refused and counted.'),
  connectionsPerAddress: within(publishRanges.connectionsPerAddress).describe(
    'The same for one IPv4 address or one IPv6 /64.',
  ),
  signaturesPerSecond: within(publishRanges.signaturesPerSecond).describe(
    'OCSP answers signed each second because none was in memory.',
  ),
};

export const publishSettingsView = z.object({ version: count, ...fields }).meta({ id: 'PrivateCaPublishSettings' });

export const publishSettingsRequest = z
  .strictObject({
    version: count.describe('The version that the change was made from.'),
    ...z.object(fields).partial().shape,
  })
  .meta({ id: 'PrivateCaPublishSettingsRequest' });

export function publishingViewOf({ address, service, serial, authorities }: PublishingState) {
  const { state, port, reason, open, refused, answers } = service;
  const current = state === 'running' && service.serial === serial;
  return {
    address,
    service: { state, port, reason, current, open, refused, answers },
    authorities: authorities.map(publicationViewOf),
  };
}

export function publicationViewOf({ crls, responder, progress, failure, ...rest }: AuthorityPublication) {
  return {
    ...rest,
    crls: crls.map((crl) => ({
      ...crl,
      thisUpdate: isoTime(crl.thisUpdate),
      nextUpdate: isoTime(crl.nextUpdate),
      renewAt: isoTime(crl.renewAt),
    })),
    responder:
      responder === undefined
        ? null
        : { notBefore: isoTime(responder.notBefore), notAfter: isoTime(responder.notAfter) },
    progress: progress ?? null,
    failure: failure ?? null,
  };
}
