/** What about publishing deserves an alarm: late CRLs, responders about to end, a serving process that is down. */
import type { Condition } from '../../../lib/condition.ts';
import { isoDate, utcMinutes } from '../../../lib/time-text.ts';
import type { Authority } from '../authority/authority.ts';
import { isAhead, lateAt } from './crl/crl-plan.ts';
import type { ServiceState } from './publishing.ts';
import type { CrlRow, ResponderRow } from './store.ts';

const day = 86_400_000;

export interface PublishingFacts {
  readonly authorities: readonly Authority[];
  readonly crls: readonly CrlRow[];
  readonly responders: ReadonlyMap<string, ResponderRow>;
  /** Authorities of which a CRL lacks a revocation or a release. */
  readonly lacking: ReadonlySet<string>;
  readonly failures: ReadonlyMap<string, string>;
  /** Authorities whose database is from before their last CRL. */
  readonly restored: ReadonlySet<string>;
  readonly service: ServiceState;
  readonly now: number;
}

export function publishingConditions(facts: PublishingFacts): readonly Condition[] {
  const { authorities, service, now } = facts;
  const published = authorities.filter(({ certificate, notAfter }) => certificate !== undefined && notAfter > now);
  if (published.length === 0) return [];
  return [
    ...published.flatMap((one) => [
      ...crlConditions(one, facts),
      ...responderConditions(one, facts),
      ...restored(one, facts),
    ]),
    ...(service.state === 'failed' ? [serviceDown(service)] : []),
  ];
}

function crlConditions(
  { id, label, key }: Authority,
  { crls, failures, lacking, now }: PublishingFacts,
): readonly Condition[] {
  const own = crls.filter(({ authority }) => authority === id);
  const failure = failures.get(id);
  const why = failure === undefined ? '' : ` The last attempt failed: ${failure}`;
  const hint =
    key === 'passphrase'
      ? `tollgate private-ca publish ${id}, with the passphrase of the key`
      : `tollgate private-ca publish ${id} shows why it fails`;
  if (own.length === 0) {
    if (key === 'passphrase' || failure !== undefined) {
      const message = `No CRL of ${label} is published: certificates it issued cannot be checked.${why}`;
      return [{ code: 'private-ca.no-crl', object: id, severity: 'warning', message, hint: `Publish one: ${hint}.` }];
    }
    return [];
  }
  const ahead = own.find(({ this_update: begins }) => isAhead(begins, now));
  if (ahead !== undefined) {
    const message = `The CRL of ${label} begins on ${utcMinutes(ahead.this_update)}: it was made while the clock was ahead.${why}`;
    return [
      { code: 'private-ca.crl-overdue', object: id, severity: 'alert', message, hint: `Publish one now: ${hint}.` },
    ];
  }
  const worst = own.reduce((a, b) => (lateAt(a) <= lateAt(b) ? a : b));
  if (now < lateAt(worst)) {
    if (key !== 'passphrase' || !lacking.has(id)) return [];
    const message = `The CRL of ${label} lacks a revocation or a release: it needs the passphrase of the key.`;
    return [
      { code: 'private-ca.crl-overdue', object: id, severity: 'alert', message, hint: `Publish one now: ${hint}.` },
    ];
  }
  const over = now >= worst.next_update;
  const date = utcMinutes(worst.next_update);
  return [
    {
      code: over ? 'private-ca.crl-expired' : 'private-ca.crl-overdue',
      object: id,
      severity: over ? 'critical' : 'alert',
      message: `The CRL of ${label} ${over ? 'ended' : 'ends'} on ${date} and no newer one was published.${why}`,
      hint: `Publish one now: ${hint}.`,
    },
  ];
}

function responderConditions(
  { id, label }: Authority,
  { responders, failures, now }: PublishingFacts,
): readonly Condition[] {
  const responder = responders.get(id);
  if (responder === undefined) return [];
  const { not_before: from, not_after: to } = responder;
  // it renews itself at half of its life; three quarters mean that this fails
  if (now < from + (to - from) * 0.75) return [];
  const over = now >= to;
  const failure = failures.get(id);
  return [
    {
      code: 'private-ca.responder-ending',
      object: id,
      severity: over ? 'critical' : to - now < day ? 'alert' : 'warning',
      message: `The certificate that signs OCSP answers for ${label} ${over ? 'has ended' : `ends on ${isoDate(to)}`} and could not be renewed.${failure === undefined ? '' : ` ${failure}`}`,
      hint: `See why: tollgate private-ca publish ${id}`,
    },
  ];
}

function restored({ id, label }: Authority, facts: PublishingFacts): readonly Condition[] {
  if (!facts.restored.has(id)) return [];
  return [
    {
      code: 'private-ca.database-older',
      object: id,
      severity: 'alert',
      message: `The database is older than the last CRL of ${label}: revocations made after it was saved are missing from it.`,
      hint: `Compare with the CRL that was published before, revoke again what is missing, then: tollgate private-ca publish ${id}`,
    },
  ];
}

function serviceDown({ reason, port }: ServiceState): Condition {
  return {
    code: 'private-ca.service-down',
    object: String(port),
    severity: 'critical',
    message: `CRLs and OCSP answers are not served: ${reason}`,
    hint: 'See the log of the gateway; when the port is taken, free it or start with another --pki-port.',
  };
}
