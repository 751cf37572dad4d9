/** Whether a client of a listener without zones is let in: TLS relays, and HTTPS with client certificates. */
import type { EdgePeers, EdgeRelay } from '../snapshot-peers.ts';
import type { Judge } from './admission.ts';
import { noCertificate, refusalOf } from './judge-sip.ts';
import type { PeerQuestion } from './peer-verifier.ts';

/**
 * A certificate that is presented has to be good; whether one has to be presented, the relay says. XMPP servers call with
 * the certificate they answer with; clients of the other purposes are clients, and only their revocation data differs.
 */
export function judgeRelay(peers: EdgePeers, relay: EdgeRelay): Judge {
  const purpose = relay.purpose ?? 'https-client';
  const question: PeerQuestion = {
    purpose: purpose === 'xmpp' ? 'xmpp' : 'https-client',
    ...(purpose !== 'https-client' && { sources: purpose }),
    names: relay.clientNames ?? [],
    trustSet: relay.trustSet,
    extendedKeyUsage: 'strict',
    revocation: peers.revocation.relays?.[purpose] ?? peers.revocation.https,
    enforce: true,
  };
  return judgeWith(question, relay.requireClientCertificate);
}

/** With `validation` and `authentication` no page is shown without a good certificate. */
export function judgeHttps(peers: EdgePeers): Judge {
  const question: PeerQuestion = {
    purpose: 'https-client',
    names: [],
    trustSet: '',
    extendedKeyUsage: 'strict',
    revocation: peers.revocation.https,
    enforce: true,
  };
  return judgeWith(question, true);
}

function judgeWith(question: PeerQuestion, required: boolean): Judge {
  return (chain, decide) => {
    if (chain === undefined) {
      return { zone: undefined, decision: undefined, refusal: required ? noCertificate : undefined };
    }
    const decision = decide(chain, question);
    return { zone: undefined, decision, refusal: decision.accepted ? undefined : refusalOf(decision) };
  };
}
