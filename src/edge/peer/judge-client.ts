/** Whether a client of a listener without zones is let in: TLS relays, and HTTPS with client certificates. */
import type { EdgePeers, EdgeRelay } from '../snapshot-peers.ts';
import type { Judge } from './admission.ts';
import { noCertificate, refusalOf } from './judge-sip.ts';
import type { PeerQuestion } from './peer-verifier.ts';

/** A certificate that is presented has to be good; whether one has to be presented, the relay says. */
export function judgeRelay(peers: EdgePeers, relay: EdgeRelay): Judge {
  const question: PeerQuestion = {
    purpose: 'https-client',
    names: relay.clientNames ?? [],
    trustSet: relay.trustSet,
    extendedKeyUsage: 'strict',
    revocation: peers.revocation.https,
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
