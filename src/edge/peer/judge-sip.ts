/** Whether a SIP connection is let in, and as a member of which zone. */
import type { Decision } from '../../features/verification/verification.ts';
import { compileAccessRules, type EdgeZone, findZone, inboundQuestion } from '../../features/zones/zones.ts';
import type { EdgePeers } from '../snapshot-peers.ts';
import type { PeerChain, PeerQuestion } from './peer-verifier.ts';

export interface Refusal {
  readonly code: string;
  readonly words: string;
}

export interface Verdict {
  /** Undefined for a listener without zones. */
  readonly zone: EdgeZone | undefined;
  /** Undefined: no certificate was presented. */
  readonly decision: Decision | undefined;
  /** Undefined: the connection is let in. */
  readonly refusal: Refusal | undefined;
}

export interface SipArrival {
  readonly chain: PeerChain | undefined;
  readonly address: string;
  /** Nobody comes in without a certificate that was found good, whatever the zones say. */
  readonly certificateRequired: boolean;
}

export type Decide = (chain: PeerChain, question: PeerQuestion) => Decision;

/**
 * Made once for each snapshot. A certificate that is presented has to be good unless its zone has TLS verification off;
 * without a certificate the source address and the default zone decide, and a zone that verifies takes nobody without. `addressesOf` gives the addresses that a host
 * name of a zone has at present.
 */
export function createSipJudge(
  peers: EdgePeers,
  addressesOf: (host: string) => readonly string[],
  now: () => number = Date.now,
): (arrival: SipArrival, decide: Decide) => Verdict {
  const zones = peers.zones.length === 0 ? [everybody] : peers.zones;
  const rules = compileAccessRules(peers.accessRules);

  return ({ chain, address, certificateRequired }, decide) => {
    const first = chain?.[0];
    const leaf = first instanceof Uint8Array ? undefined : first;
    const verify = (zone: EdgeZone): Verified => {
      if (chain === undefined) return { accepted: true, decision: undefined };
      const { purpose, names, settings } = inboundQuestion(zone, leaf, now());
      const decision = decide(chain, {
        purpose,
        names,
        trustSet: zone.trustSet,
        extendedKeyUsage: settings.extendedKeyUsage ?? 'strict',
        revocation: peers.revocation.sip,
        enforce: certificateRequired || zone.tlsVerify,
      });
      return { accepted: decision.accepted, decision };
    };
    const {
      zone,
      by,
      decision: found,
      admitted,
      refusals,
    } = findZone(zones, { address, leaf }, { verify, addressesOf });
    const decision = found?.decision;
    const verdict = (refusal?: Refusal): Verdict => ({ zone, decision, refusal });
    if (chain === undefined && certificateRequired) return verdict(noCertificate);
    // without any zones a certificate may be presented; a zone that verifies wants one
    if (zone !== undefined && chain === undefined && !admitted && zone !== everybody)
      return verdict(noCertificateFor(zone));
    const [refusing] = refusals;
    if (!admitted && refusing?.decision.decision !== undefined) {
      return {
        zone: refusing.zone,
        decision: refusing.decision.decision,
        refusal: refusalOf(refusing.decision.decision),
      };
    }
    if (zone === undefined) return verdict(nobody);
    if (decision !== undefined && (!admitted || (certificateRequired && !decision.accepted))) {
      return verdict(refusalOf(decision));
    }
    if (by !== 'default') return verdict();
    const access = rules.judge(leaf);
    return verdict(access.allowed ? undefined : { code: 'edge.access-denied', words: access.words });
  };
}

/** The refusal that a decision stands for. */
export function refusalOf({ code, words }: Decision): Refusal {
  return { code, words };
}

/** For every listener that demands a certificate. */
export const noCertificate: Refusal = {
  code: 'edge.certificate-required',
  words: 'This port takes connections with a client certificate only, and none was presented.',
};

function noCertificateFor({ name }: EdgeZone): Refusal {
  return {
    code: 'edge.certificate-required',
    words: `The connection falls to the zone “${name}”, whose TLS verify mode is on, and no certificate was presented.`,
  };
}

const nobody: Refusal = {
  code: 'edge.no-zone',
  words: 'No zone takes this connection, and the default zone is off.',
};

interface Verified {
  readonly accepted: boolean;
  readonly decision: Decision | undefined;
}

/** What holds as long as there are no zones. */
const everybody: EdgeZone = {
  id: '',
  name: '',
  kind: 'default',
  peers: [],
  tlsVerify: true,
  identity: 'server',
  ekuRule: 'strict',
  trustSet: '',
  enabled: true,
};
