/** The zones of one gateway, over its storage: ties the rules of this folder together. */
import type { Actor } from '../../lib/actor.ts';
import { toBase64, toColonHex, toHex } from '../../lib/bytes.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Events } from '../../lib/events.ts';
import { type Certificate, fingerprint } from '../../pki/certificate/certificate.ts';
import type { Storage } from '../../storage/storage.ts';
import type { NewSession, Origin } from '../access/access.ts';
import { type Identity, parseSlot, slotLabel } from '../identity/identity.ts';
import type { RevocationEvidence, RevocationMode } from '../revocation/revocation.ts';
import type { SettingsFeature } from '../settings/settings.ts';
import type { TrustedCaFeature } from '../trusted-ca/trusted-ca.ts';
import { type ShownIdentity, trustOf, type Verification } from '../verification/verification.ts';
import { calendar, type OurCertificate, type PeerCertificate } from './calendar/calendar.ts';
import {
  type AuthenticationSettings,
  readAuthentication,
  writeAuthentication,
} from './checks/authentication-settings.ts';
import { logInByCertificate, logInPossible } from './checks/certificate-log-in.ts';
import { modeOfCheck, testClientCertificate } from './checks/client-certificate-test.ts';
import { testTraversal } from './checks/traversal-test.ts';
import { type PathTrust, verifiedPath } from './checks/verified-path.ts';
import { zoneConditions } from './conditions.ts';
import { accessRules, addZone, changeAccessRules, changeZone, orderZones, removeZone } from './manage-zones.ts';
import { answerEvidence, type RevocationPurpose } from './peers/answer-evidence.ts';
import { certificateFacts, publicRoots } from './peers/peer-facts.ts';
import { createPeers, type KnownPeer } from './peers/peers.ts';
import { createReportBook } from './peers/report-book.ts';
import { unknownZone } from './problems.ts';
import { readClosed, readStates, readZones } from './store.ts';
import { edgeZone, type ZoneIdentity } from './zone.ts';
import { peerName, viewOf } from './zone-states.ts';
import type { Zones } from './zones.ts';
import { zonesAffected } from './zones-affected.ts';

export interface ZonesDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: Events;
  readonly settings: Pick<SettingsFeature, 'get'>;
  readonly trustedCas: Pick<TrustedCaFeature, 'certificates' | 'sets'>;
  readonly identity: Pick<Identity, 'chains' | 'overview' | 'notePeerKey' | 'forEdge' | 'forClient'>;
  readonly verification: Pick<Verification, 'verify' | 'checkRemote' | 'trust'>;
  /** Opens a session for a user named by a certificate; undefined when no such user may log in. */
  readonly logIn: (from: Origin, userName: string, replaced?: string) => Promise<NewSession | undefined>;
  /** Names of users that may log in. */
  readonly userNames: () => Promise<readonly string[]>;
  /** Revocation data for a path; unless given there is none, and nothing is checked. */
  readonly evidence?: (
    purpose: RevocationPurpose,
    path: readonly Certificate[],
    fetchWithin?: number,
  ) => Promise<PathEvidence>;
  /** Where it is set of which certificates of HTTPS clients the revocation is checked; with the other settings unless given. */
  readonly clientRevocation?: {
    mode(): Promise<RevocationMode>;
    change(actor: Actor, mode: RevocationMode): Promise<void>;
  };
  readonly onError: (error: unknown) => void;
}

export type PathEvidence = Pick<RevocationEvidence, 'crls' | 'ocsp' | 'mode' | 'whenUnknown'>;

const noEvidence: PathEvidence = { crls: [], ocsp: [], mode: 'off', whenUnknown: 'not-revoked' };
const shownClosed = 200;
const notHeardOf = {
  code: 'zones.not-heard-of',
  words: 'The connection was there before the gateway was started again, and nothing has been heard of it since.',
};

export function createZones(deps: ZonesDeps): Zones {
  const { storage, clock, events, trustedCas, identity, verification, clientRevocation } = deps;
  const evidence = deps.evidence ?? (async () => noEvidence);
  const book = createReportBook({ storage, onNewKey: identity.notePeerKey, onError: deps.onError });
  const peers = createPeers({ storage, clock, flush: book.flush });
  const manage = {
    storage,
    surroundings: async () => ({
      slots: (await identity.overview()).map(({ slot }) => slot),
      trustSets: await trustedCas.sets.names(),
    }),
  };
  const changed = (): void => events.emit('changed', { feature: 'zones' });
  const list = async () => {
    await book.flush();
    const states = await readStates(storage.db);
    return (await readZones(storage.db)).map((zone, i) => viewOf(zone, i + 1, states));
  };
  const get = async (id: string) => {
    const zone = (await list()).find((one) => one.id === id);
    if (zone === undefined) throw unknownZone(id);
    return zone;
  };
  const trustFor = async (set: string): Promise<PathTrust> => {
    if (set === '') return { trust: await verification.trust(), certificates: await trustedCas.certificates() };
    const certificates = (await trustedCas.sets.certificates()).get(set) ?? [];
    return { trust: trustOf(certificates, `the trust set ${set}`), certificates };
  };
  /** For what was presented, by the trust of a set; nothing is fetched. */
  const evidenceOf = (purpose: RevocationPurpose, set: string) => async (presented: readonly Certificate[]) =>
    evidence(purpose, await verifiedPath(verification, await trustFor(set), presented));
  const authentication = async (): Promise<AuthenticationSettings> => {
    const stored = await readAuthentication(storage);
    if (clientRevocation === undefined) return stored;
    const mode = await clientRevocation.mode();
    return { ...stored, crlCheck: mode === 'off' ? 'none' : mode === 'leaf' ? 'peer' : 'all' };
  };
  const trusts = async () => [
    { trust: await verification.trust(), certificates: await trustedCas.certificates() },
    ...[...(await trustedCas.sets.certificates())].map(([name, certificates]) => ({
      trust: trustOf(certificates, `the trust set ${name}`),
      certificates,
    })),
  ];
  return {
    list,
    get,
    async create(actor, request) {
      const id = await addZone(manage, actor, request);
      changed();
      return get(id);
    },
    async update(actor, id, patch) {
      await changeZone(manage, actor, id, patch);
      changed();
      return get(id);
    },
    async remove(actor, id) {
      await removeZone(manage, actor, id);
      changed();
    },
    async order(actor, ids) {
      await orderZones(manage, actor, ids);
      changed();
      return list();
    },
    accessRules: () => accessRules(manage),
    async changeAccessRules(actor, rules) {
      await changeAccessRules(manage, actor, rules);
      changed();
      return accessRules(manage);
    },
    async closed() {
      await book.flush();
      const names = new Map((await readZones(storage.db)).map(({ id, name }) => [id, name]));
      return (await readClosed(storage.db, shownClosed)).map(({ at, zone, address, fingerprint: print, reason }) => ({
        address,
        fingerprint: print,
        reason,
        zone: names.get(zone) ?? '',
        at: new Date(at).toISOString(),
      }));
    },
    peers,
    async calendar() {
      const ours = await ourCertificates(identity);
      const current = await peers.current();
      return calendar({
        zones: await readZones(storage.db),
        shown: (slot) => ours(slot)?.certificate,
        peersOf: ({ id }) => current.filter(({ row }) => row.zone === id).map(peerCertificate),
      });
    },
    authentication,
    async changeAuthentication(actor, settings) {
      await writeAuthentication(storage, actor, settings);
      const mode = modeOfCheck[settings.crlCheck];
      if (clientRevocation !== undefined && mode !== (await clientRevocation.mode()))
        await clientRevocation.change(actor, mode);
      changed();
      return authentication();
    },
    logInPossible: async (chain) => logInPossible(await authentication(), chain),
    logInByCertificate: (from, chain, replaced) =>
      logInByCertificate(
        {
          settings: authentication,
          verification,
          evidence: evidenceOf('https-client', ''),
          open: (userName) => deps.logIn(from, userName, replaced),
        },
        chain,
      ),
    testCertificate: (test) =>
      testClientCertificate(
        {
          verification,
          settings: authentication,
          userNames: deps.userNames,
          evidence: evidenceOf('https-client', ''),
        },
        test,
      ),
    async testTraversal(what) {
      const zone = 'zone' in what ? await get(what.zone) : undefined;
      const slot = zone?.identity ?? 'client';
      const shown = slot === 'none' ? undefined : (await ourCertificates(identity))(slot);
      const common = {
        trust: (await trustFor(zone?.trustSet ?? '')).trust,
        theirEvidence: evidenceOf('sip-tls', zone?.trustSet ?? ''),
        ours: shown?.chain ?? [],
        shown: await withKey(identity, slot),
        ourName: (await deps.settings.get()).fqdn,
        evidence: evidenceOf('sip-tls', ''),
      };
      const targets =
        'target' in what
          ? [{ target: what.target, names: what.name === undefined || what.name === '' ? [] : [what.name] }]
          : (zone?.peers ?? []).map((host) => ({ target: peerName(host, zone?.port ?? 5061), names: [host] }));
      return Promise.all(targets.map((target) => testTraversal(verification, { ...common, ...target })));
    },
    async forEdge() {
      const { unmatched, rules } = await accessRules(manage);
      const sets = await trustedCas.sets.certificates();
      return {
        zones: (await readZones(storage.db)).map(edgeZone),
        accessRules: { unmatched, rules },
        trustSets: Object.fromEntries([...sets].map(([name, all]) => [name, all.map(({ der }) => toBase64(der))])),
        httpsClientCertificates: (await readAuthentication(storage)).mode,
      };
    },
    async zonesAffected(slot, leaf) {
      const loaded = new Set(
        (await identity.overview()).filter(({ active }) => active !== null).map((one) => one.slot),
      );
      return zonesAffected(await readZones(storage.db), slot, leaf, loaded.has('client'));
    },
    zonesUsing: async (set) =>
      (await readZones(storage.db)).filter(({ trustSet }) => trustSet === set).map(({ name }) => name),
    takeReport: book.note,
    async forgetUnheard(since) {
      await book.flush();
      const unheard = (await readStates(storage.db)).filter(({ state, at }) => state === 'active' && at < since);
      for (const { zone, peer } of unheard) {
        book.note({ type: 'zone', at: clock.now(), zone, peer, state: 'failed', ...notHeardOf });
      }
    },
    evidenceFor: (asked) => answerEvidence({ verification, trusts, evidence }, asked),
    flush: book.flush,
    conditions: async () => zoneConditions(await list(), await peers.current(), clock.now()),
  };
}

interface Shown {
  readonly chain: readonly Certificate[];
  readonly certificate: OurCertificate;
}

/** What is shown for a choice of identity; without a client certificate the server's serves both roles. */
async function ourCertificates(identity: Pick<Identity, 'chains'>): Promise<(slot: ZoneIdentity) => Shown | undefined> {
  const chains = new Map((await identity.chains()).map(({ name, chain }) => [name, chain]));
  return (choice) => {
    if (choice === 'none') return undefined;
    const label = [slotLabel(parseSlot(choice)), ...(choice === 'client' ? [slotLabel('server')] : [])].find((one) =>
      chains.has(one),
    );
    const chain = label === undefined ? undefined : chains.get(label);
    const leaf = chain?.[0];
    if (label === undefined || chain === undefined || leaf === undefined) return undefined;
    const facts = certificateFacts(leaf);
    const publicCa = facts.logged || chain.some(({ der }) => publicRoots().has(toColonHex(fingerprint(der))));
    const future = { ...facts, publicCa, renewedBeforeDays: [], superseded: false };
    return { chain, certificate: { label: label.toLowerCase(), fingerprint: toHex(fingerprint(leaf.der)), future } };
  };
}

/** What is shown for a choice of identity, ready to be shown. Holds a private key. */
async function withKey(
  identity: Pick<Identity, 'forEdge' | 'forClient'>,
  choice: ZoneIdentity,
): Promise<ShownIdentity | undefined> {
  if (choice === 'none') return undefined;
  if (choice === 'client') return identity.forClient();
  return (await identity.forEdge()).find(({ slot }) => slot === choice);
}

function peerCertificate({ row, facts, decision, future }: KnownPeer): PeerCertificate {
  return {
    label: facts.names[0] ?? facts.subject,
    fingerprint: row.fingerprint,
    future,
    calls: decision.purpose === 'sip-client',
    code: decision.code,
    decidedAt: row.last_seen,
    words: decision.words,
    issuers: decision.path.slice(1).map(({ subject, notAfter }) => ({ name: subject, notAfter: Date.parse(notAfter) })),
  };
}
