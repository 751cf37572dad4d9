/** Publishing of one gateway: the publisher, its clockwork, and what is told about it. */

import type { Actor } from '../../../lib/actor.ts';
import type { Clock } from '../../../lib/clock.ts';
import { printable } from '../../../lib/printable.ts';
import type { Secret } from '../../../lib/secret.ts';
import type { Storage } from '../../../storage/storage.ts';
import type { Authority } from '../authority/authority.ts';
import type { PrivateCa } from '../private-ca.ts';
import { passphraseNeeded } from '../problems.ts';
import { authorityUrls } from '../public-urls.ts';
import { publishingConditions } from './conditions.ts';
import { readLacks } from './crl/crl-lacks.ts';
import { nextCrlNumber } from './crl/crl-numbers.ts';
import { renewAt } from './crl/crl-plan.ts';
import { respondersByAuthority } from './ocsp/responders.ts';
import { changePublishSettings, readPublishSettings } from './publish-settings.ts';
import { createPublisher, type PublisherCa } from './publisher.ts';
import { type AuthorityPublication, type Publishing, type ServiceState, serviceOff } from './publishing.ts';
import { readCrls } from './store.ts';

export interface PublishingDeps {
  readonly storage: Storage;
  readonly clock: Pick<Clock, 'now'>;
  readonly privateCa: PublisherCa & Pick<PrivateCa, 'authority' | 'onStatus'>;
  /** Told when there is something to serve, so that the serving process is started. */
  readonly serve: () => void;
  readonly onError: (error: unknown) => void;
}

const lookEvery = 30_000;
/** Several changes at once make one CRL. */
const gatherMilliseconds = 100;

export function createPublishing({ storage, clock, privateCa, serve, onError }: PublishingDeps): Publishing {
  const now = () => clock.now();
  const publisher = createPublisher({ storage, privateCa, now, serve, onError });
  let service: ServiceState = serviceOff;
  let every: NodeJS.Timeout | undefined;
  let soon: NodeJS.Timeout | undefined;
  let unlisten = (): void => undefined;

  const runSoon = () => {
    soon ??= setTimeout(() => {
      soon = undefined;
      void publisher.run();
    }, gatherMilliseconds);
  };

  const publicationOf = async (authority: Authority): Promise<AuthorityPublication> => {
    const rows = (await readCrls(storage.db)).filter((row) => row.authority === authority.id);
    const responder = (await respondersByAuthority(storage)).get(authority.id);
    return {
      authority: authority.id,
      label: printable(authority.label),
      key: authority.key,
      crls: rows.map((row) => ({
        partition: row.partition,
        path: authorityUrls('', authority, row.partition).crl,
        number: row.number,
        entries: row.entries,
        bytes: row.bytes,
        thisUpdate: row.this_update,
        nextUpdate: row.next_update,
        renewAt: renewAt(row),
        took: row.took,
      })),
      responder: responder && { notBefore: responder.not_before, notAfter: responder.not_after },
      progress: publisher.progressOf(authority.id),
      failure: publisher.failures.get(authority.id),
    };
  };

  /** An authority whose key is under a passphrase publishes whenever somebody gave it. */
  const unlocked = (actor: Actor, id: string, passphrase: Secret<string>) => {
    privateCa
      .authority(id)
      .then((authority) => publisher.publish(actor, authority, passphrase))
      .catch(onError);
  };

  return {
    observed: (ca) => ({
      ...ca,
      async createRoot(actor, request) {
        const made = await ca.createRoot(actor, request);
        unlocked(actor, made.id, request.passphrase);
        return made;
      },
      async createIntermediate(actor, request) {
        const made = await ca.createIntermediate(actor, request);
        const { parent, passphrase } = request;
        if (parent !== undefined && passphrase !== undefined) unlocked(actor, parent, passphrase);
        return made;
      },
      async rotateIntermediate(actor, id, request) {
        const made = await ca.rotateIntermediate(actor, id, request);
        if (made.parent !== null && request.passphrase !== undefined) unlocked(actor, made.parent, request.passphrase);
        return made;
      },
    }),
    async start() {
      unlisten = privateCa.onStatus((change) => {
        publisher.noticed(change);
        if (change.what !== 'issued') runSoon();
      });
      every = setInterval(() => void publisher.run(), lookEvery);
      await publisher.run();
    },
    async stop() {
      clearInterval(every);
      clearTimeout(soon);
      unlisten();
      await publisher.settled();
    },
    async state() {
      const authorities = (await privateCa.authorities()).filter(({ certificate }) => certificate !== undefined);
      return {
        address: await privateCa.publicUrl(),
        service,
        serial: publisher.serial,
        authorities: await Promise.all(authorities.map(publicationOf)),
      };
    },
    async publishNow(actor, id, passphrase) {
      const authority = await privateCa.authority(id);
      if (authority.key === 'passphrase' && passphrase === undefined) throw passphraseNeeded(authority.label);
      await publisher.publish(actor, authority, passphrase);
      return publicationOf(authority);
    },
    settings: () => readPublishSettings(storage),
    async changeSettings(actor, patch, version) {
      const changed = await changePublishSettings(storage, actor, patch, version);
      runSoon();
      return changed;
    },
    async conditions() {
      const authorities = await privateCa.authorities();
      const [crls, responders] = [await readCrls(storage.db), await respondersByAuthority(storage)];
      const lacking = new Set<string>();
      for (const { id } of authorities) if (Object.keys(await readLacks(storage.db, id)).length > 0) lacking.add(id);
      const { failures, restored } = publisher;
      return publishingConditions({ authorities, crls, responders, lacking, failures, restored, service, now: now() });
    },
    takeServiceState(state) {
      service = state;
    },
    nextNumber: async (id) => nextCrlNumber(storage, await privateCa.authority(id)),
    settled: () => publisher.settled(),
  };
}
