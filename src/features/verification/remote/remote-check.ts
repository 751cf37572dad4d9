/** Checks a remote server as the gateway would: fetches what it presents and decides about it. */
import type { AddressRules } from '../../../lib/address-filter.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import type { RevocationFallback } from '../../revocation/revocation.ts';
import type { DecideRequest } from '../decide.ts';
import type { Decision } from '../decision.ts';
import { wrongInput } from '../problems.ts';
import type { Purpose } from '../purposes.ts';
import type { Evidence } from '../select-evidence.ts';
import type { VerifyRequest } from '../verification.ts';
import { type FetchedChain, fetchChain, type ShownIdentity } from './fetch-chain.ts';
import { readTarget, targetText } from './remote-target.ts';
import type { SipAnswer } from './sip-options.ts';

export interface RemoteQuestion {
  /** `host`, `host:port`, `[2001:db8::1]:5061`; port 443, with `sip` 5061, unless told. */
  readonly target: string;
  /** Sends OPTIONS and compares names by RFC 5922. */
  readonly sip: boolean;
  /** The host unless told. */
  readonly names?: readonly string[];
  /** `sip-server` or `https-server` unless told. */
  readonly purpose?: Purpose;
  readonly trust?: DecideRequest['trust'];
  readonly untrusted?: DecideRequest['untrusted'];
  readonly evidence?: DecideRequest['evidence'];
  readonly time?: number;
  readonly settings?: DecideRequest['settings'];
  /** What is known about the revocation of what is presented, and how it counts; asked once it was fetched. */
  readonly revocation?: (
    presented: readonly Certificate[],
  ) => Promise<
    Required<Evidence> & { readonly mode: 'off' | 'leaf' | 'chain'; readonly whenUnknown: RevocationFallback }
  >;
  /** What is shown to a server that asks for a client certificate; nothing unless given. */
  readonly show?: ShownIdentity;
}

export interface RemoteAnswer {
  /** `sip.example.com:5061`. */
  readonly target: string;
  readonly address: string;
  readonly protocol: string;
  readonly cipher: string;
  /** How many certificates were presented. */
  readonly presented: number;
  readonly stapled: boolean;
  readonly sip?: SipAnswer;
  /** Why the server ended the connection, as its TLS alert says. */
  readonly alert?: string;
  readonly remarks: readonly string[];
  readonly decision: Decision;
}

/** `rulesFor`: which addresses may be called for a host; undefined for all. Throws a Problem when there is nothing to judge. */
export async function checkRemote(
  question: RemoteQuestion,
  verify: (request: VerifyRequest) => Promise<Decision>,
  rulesFor: (host: string) => AddressRules | undefined,
): Promise<RemoteAnswer> {
  const { sip, names, purpose, show, revocation, settings, target: typed, evidence = {}, ...rest } = question;
  const target = readTarget(typed, sip ? 5061 : 443);
  if (!target.ok) throw wrongInput('target', target.error);
  const { host } = target.value;
  const rules = rulesFor(host);
  const fetched = await fetchChain(target.value, { sip, ...(rules && { rules }), ...(show && { show }) });
  const name = targetText(target.value);
  const known = await revocation?.(
    fetched.chain.flatMap((der) => {
      const parsed = parseCertificate(der);
      return parsed.ok ? [parsed.value] : [];
    }),
  );
  const decision = await verify({
    ...rest,
    settings: { ...settings, ...(known && { revocation: known.mode, whenUnknown: known.whenUnknown }) },
    chain: fetched.chain,
    purpose: purpose ?? (sip ? 'sip-server' : 'https-server'),
    names: names === undefined || names.length === 0 ? [host] : names,
    evidence: {
      crls: [...(evidence.crls ?? []), ...(known?.crls ?? [])],
      ocsp: [...(evidence.ocsp ?? []), ...(known?.ocsp ?? []), ...stapledAnswer(fetched, name)],
    },
  });
  const { address, protocol, cipher, chain, stapled, sip: answer, alert, remarks } = fetched;
  return {
    target: name,
    address,
    protocol,
    cipher,
    presented: chain.length,
    stapled: stapled !== undefined,
    ...(answer !== undefined && { sip: answer }),
    ...(alert !== undefined && { alert }),
    remarks,
    decision,
  };
}

function stapledAnswer({ stapled }: FetchedChain, name: string) {
  return stapled === undefined
    ? []
    : [{ answer: { der: stapled, source: `stapled by ${name}` }, origin: 'stapled' as const }];
}
