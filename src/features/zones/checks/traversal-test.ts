/**
 * Secure traversal test: connects to the other side of a zone, shows what the zone shows, and says for each direction
 * what would be refused and what helps. What the other side demands of us is worked out, because its trusted list is not
 * known here; beside it stands what it did.
 */
import { printable } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import type { RevocationEvidence } from '../../revocation/revocation.ts';
import {
  type Decision,
  explain,
  explainRemote,
  type RemoteAnswer,
  type ShownIdentity,
  type Trust,
  type Verification,
} from '../../verification/verification.ts';
import { type Aspect, aspectsOf } from './aspects.ts';
import { theirAnswer } from './their-answer.ts';

export interface TraversalQuestion {
  /** `host:port`. */
  readonly target: string;
  /** What the other side has to prove. */
  readonly names: readonly string[];
  readonly trust: Trust;
  /** What this gateway shows when it calls; empty: nothing. Leaf first. */
  readonly ours: readonly Certificate[];
  /** The same with its key. */
  readonly shown: ShownIdentity | undefined;
  /** The name under which the other side knows this gateway; empty: not compared. */
  readonly ourName: string;
  /** About our certificate. */
  readonly evidence: EvidenceOf;
  /** About theirs, by the trust of the zone. */
  readonly theirEvidence: EvidenceOf;
}

type EvidenceOf = (
  presented: readonly Certificate[],
) => Promise<Pick<RevocationEvidence, 'crls' | 'ocsp' | 'mode' | 'whenUnknown'>>;

export interface DirectionAnswer {
  /** `theirs`: what they show, judged here. `ours`: what we show, judged as they would with our CAs in their list. */
  readonly direction: 'theirs' | 'ours';
  readonly title: string;
  /** Null: nothing could be judged. */
  readonly accepted: boolean | null;
  readonly words: string;
  readonly aspects: readonly Aspect[];
  readonly text: string;
}

export interface TraversalAnswer {
  readonly target: string;
  /** How the connection went, in one sentence. */
  readonly connection: string;
  readonly connected: boolean;
  readonly directions: readonly DirectionAnswer[];
}

/** Never throws for a side that cannot be reached: that is the answer. */
export async function testTraversal(
  verification: Pick<Verification, 'verify' | 'checkRemote'>,
  question: TraversalQuestion,
): Promise<TraversalAnswer> {
  const { target, shown } = question;
  try {
    const answer = await verification.checkRemote({
      target,
      sip: true,
      names: question.names,
      trust: question.trust,
      settings: { thorough: true },
      revocation: question.theirEvidence,
      ...(shown && { show: shown }),
    });
    const ours = await ourDirection(verification, question, answer);
    const { decision, protocol, cipher, address, sip } = answer;
    const options =
      sip === undefined ? '' : sip.answered ? ` OPTIONS: ${sip.status} ${sip.reason}.` : ` OPTIONS: ${sip.reason}.`;
    const theirs = direction('theirs', 'Their certificate, judged by this gateway', decision, explainRemote(answer));
    const how =
      protocol === ''
        ? `Reached ${address}, but the handshake did not end.`
        : `Connected to ${address}: ${protocol}, ${cipher}.`;
    return { target, connection: `${how}${options}`, connected: true, directions: [theirs, ours] };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const ours = await ourDirection(verification, question, undefined);
    const { title, detail = '', hint = '' } = error.details;
    const connection = [detail === '' ? title : detail, hint].filter(Boolean).join(' ');
    const theirs: DirectionAnswer = {
      direction: 'theirs',
      title: 'Their certificate, judged by this gateway',
      accepted: null,
      words: 'The other side could not be reached.',
      aspects: [],
      text: '',
    };
    return { target, connection, connected: false, directions: [theirs, ours] };
  }
}

async function ourDirection(
  { verify }: Pick<Verification, 'verify'>,
  { ours, ourName, evidence }: TraversalQuestion,
  answer: RemoteAnswer | undefined,
): Promise<DirectionAnswer> {
  const title = 'Our certificate, as the other side judges it once it trusts our CA';
  const theirs = theirAnswer(answer);
  if (ours.length === 0)
    return {
      direction: 'ours',
      title,
      accepted: theirs.result === 'bad' ? false : null,
      aspects: [theirs],
      text: '',
      words: 'No certificate is shown in this zone: a side that demands one closes the connection.',
    };
  const { mode, whenUnknown, ...found } = await evidence(ours);
  const decision = await verify({
    chain: ours,
    purpose: 'sip-client',
    names: ourName === '' ? [] : [ourName],
    evidence: found,
    settings: { thorough: true, revocation: mode, whenUnknown },
  });
  const worked = direction('ours', title, decision, explain(decision));
  const refused = theirs.result === 'bad';
  return {
    ...worked,
    accepted: worked.accepted === true && !refused,
    words: worked.accepted === true && refused ? theirs.words : worked.words,
    aspects: [...worked.aspects, theirs],
  };
}

function direction(
  name: DirectionAnswer['direction'],
  title: string,
  decision: Decision,
  text: string,
): DirectionAnswer {
  const aspects = aspectsOf(decision).map((aspect) => (name === 'ours' ? forUs(aspect) : aspect));
  return { direction: name, title, accepted: decision.accepted, words: decision.words, aspects, text };
}

/** The remedy in our own hands. */
function forUs(aspect: Aspect): Aspect {
  if (aspect.result !== 'bad') return aspect;
  const remedy = {
    answer: '',
    trust:
      'Append the CA that issued our certificate to the trusted CA list here, and give it to the other side to append to theirs.',
    dates: 'Renew our certificate.',
    use: 'Load a client certificate with clientAuth, which a private CA issues, into the client slot and choose it in this zone.',
    name: 'Have our certificate issued with the FQDN of this gateway as subject alternative name.',
    revocation:
      'Our certificate was withdrawn or its status is not known: have a new one issued, or load the CRL of its CA.',
  }[aspect.aspect];
  return { ...aspect, words: printable(aspect.words, 1_000), remedy };
}
