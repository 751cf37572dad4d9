/**
 * The core of every verification: bytes, trust, evidence, names, purpose and time in, a decision out. No promise, no
 * file, no network, no clock but the stopwatch that is handed in, so that an edge can use it inside a handshake.
 */
import { equalBytes } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import { isoSeconds } from '../../lib/time-text.ts';
import { type Certificate, parseCertificate } from '../../pki/certificate/certificate.ts';
import { anyExtendedKeyUsage, serverAuth } from '../../pki/certificate/extended-key-usages.ts';
import { CrlCollection } from '../../pki/crl/loaded-crl.ts';
import { presentedNames } from '../../pki/name/match-name.ts';
import { Budget, type BudgetLimits, defaultBudget } from '../../pki/path/budget.ts';
import type { PathRequest, PathResult } from '../../pki/path/path-request.ts';
import { anyPolicy } from '../../pki/path/policy-graph.ts';
import { nameOf, type RejectionCode } from '../../pki/path/rejection.ts';
import { RevocationCheck, type RevocationMode } from '../../pki/path/revocation-check.ts';
import type { SignatureMemory } from '../../pki/path/signature-memory.ts';
import { verifyPath } from '../../pki/path/verify-path.ts';
import { sourceTable } from '../revocation/revocation.ts';
import type { Decision, DecisionWarning, FurtherReason, RevocationFinding, TriedPath, UsageCode } from './decision.ts';
import { checkNames, findMatch, type NameCheck, nameAdvice, readExpectedNames } from './expected-names.ts';
import { furtherReasons } from './further-reasons.ts';
import { namedCertificate, revocationFinding, sentence, triedPath } from './named-certificate.ts';
import {
  type ProfileName,
  type Purpose,
  type PurposeRow,
  profilesByName,
  purposes,
  usualWhenUnknown,
} from './purposes.ts';
import { type Evidence, type EvidenceSwitches, selectAnswers, selectCrls } from './select-evidence.ts';
import type { Trust } from './trust.ts';
import { usageRefusals } from './usage-refusals.ts';
import { certificateWarnings, evidenceWarnings } from './warnings.ts';

export interface DecideRequest {
  /** What the peer presented: the leaf first, the rest in any order, as DER or parsed. */
  readonly chain: readonly (Certificate | Uint8Array)[];
  /** Further certificates that may stand in the path; never trusted by themselves. */
  readonly untrusted?: readonly Certificate[];
  readonly trust: Trust;
  readonly purpose: Purpose;
  /** Any one of them must be proved: host, IP address, `sip:` domain, `_service` name. Empty: no name is asked for. */
  readonly names?: readonly string[];
  readonly evidence?: Evidence;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly settings?: VerifySettings;
}

export interface VerifySettings {
  /** False: the decision is worked out and shown, but not enforced. */
  readonly enforce?: boolean;
  readonly revocation?: RevocationMode;
  /** What a certificate counts as when its status cannot be established. */
  readonly whenUnknown?: 'not-revoked' | 'revoked';
  readonly switches?: EvidenceSwitches;
  /** The row of the table of revocation sources; that of the purpose unless told. */
  readonly sources?: PurposeRow['revocation'];
  readonly profile?: ProfileName;
  /** `server-auth-accepted`: a peer that calls may show a certificate for servers, which public CAs issue only. */
  readonly extendedKeyUsage?: 'strict' | 'server-auth-accepted' | 'any';
  readonly commonName?: boolean;
  /** OIDs of certificate policies of which one must hold for the whole path. */
  readonly policies?: readonly string[];
  /** CA certificates allowed between leaf and trusted certificate; 6 unless told. */
  readonly maxIntermediates?: number;
  /** Presented certificates beyond this number refuse the chain; 16 unless told. */
  readonly maxPresented?: number;
  readonly limits?: Partial<BudgetLimits>;
  /** Looks on after the first refusal for what else would refuse the leaf; up to five times the cost. */
  readonly thorough?: boolean;
}

export interface DecideTools {
  /** Milliseconds of a stopwatch that never goes back. */
  readonly monotonic: () => number;
  /** Signatures found good before; shared by all verifications of a process. */
  readonly memory?: SignatureMemory;
}

/** Decides. Never throws for anything a peer can send. */
export function decide(request: DecideRequest, tools: DecideTools): Decision {
  return new Deciding(request, tools).run();
}

class Deciding {
  readonly #request: DecideRequest;
  readonly #settings: VerifySettings;
  readonly #tools: DecideTools;
  readonly #row: PurposeRow;
  readonly #started: number;
  readonly #tried: TriedPath[] = [];
  readonly #warnings: DecisionWarning[] = [];
  #names: NameCheck;

  constructor(request: DecideRequest, tools: DecideTools) {
    this.#request = request;
    this.#settings = request.settings ?? {};
    this.#tools = tools;
    this.#row = purposes[request.purpose];
    this.#started = tools.monotonic();
    this.#names = { expected: [], given: [], rules: this.#row.names };
  }

  run(): Decision {
    const { chain, names = [], trust } = this.#request;
    const { maxPresented = 16, commonName, enforce } = this.#settings;
    if (enforce === false)
      this.#warn('verification.not-enforced', 'Verification is off here: this decision is shown and not enforced.');
    const rules = { ...this.#row.names, ...(commonName !== undefined && { commonName }) };
    const [first, ...others] = chain;
    if (first === undefined) return this.#unusable('verification.no-certificate', 'the peer presented no certificate');
    const leaf = this.#parse(first);
    if (typeof leaf === 'string') return this.#unusable('verification.unreadable', leaf);
    const read = readExpectedNames(names, rules);
    if (!read.ok) return this.#unusable('verification.name-malformed', read.error, leaf);
    this.#names = read.value;
    if (chain.length > maxPresented)
      return this.#unusable(
        'verification.too-many-certificates',
        `the peer presented ${chain.length} certificates, more than ${maxPresented}`,
        leaf,
      );
    if (trust.store.size === 0) return this.#unusable('verification.no-trust', `${trust.label} holds no CA`, leaf);
    return this.#verify(leaf, this.#readExtra(others));
  }

  #verify(leaf: Certificate, presented: readonly Certificate[]): Decision {
    const { trust, untrusted = [] } = this.#request;
    const revocation = this.#revocationCheck([...presented, ...untrusted, ...trust.intermediates]);
    const request = this.#pathRequest(leaf, [...presented, ...untrusted, ...trust.intermediates]);
    const result = verifyPath({
      ...request,
      checkPath: (path, anchor) => {
        const rejection = revocation?.checkPath(path, anchor);
        if (rejection !== undefined) this.#tried.push(triedPath([...path, anchor.certificate], rejection));
        return rejection;
      },
    });
    const found = revocation?.found ?? [];
    const findings = found.map(revocationFinding);
    if (result.accepted) {
      this.#warnings.push(...certificateWarnings(result.path, this.#request.time));
      this.#warnings.push(...evidenceWarnings(findings, this.#request.time));
      this.#acceptedWarnings(leaf, result.path, presented);
    }
    const further = !result.accepted && this.#settings.thorough === true ? furtherReasons(request, result) : [];
    return this.#decision(leaf, result, findings, further);
  }

  #pathRequest(leaf: Certificate, intermediates: readonly Certificate[]): PathRequest {
    const { time, trust } = this.#request;
    const { profile, policies = [], maxIntermediates, limits } = this.#settings;
    const rules = profilesByName[profile ?? this.#row.profile];
    const required = policies.length > 0;
    const { memory, monotonic } = this.#tools;
    return {
      leaf,
      intermediates,
      trust: trust.store,
      time,
      profile: required ? { ...rules, policies: true } : rules,
      extendedKeyUsages: this.#extendedKeyUsages(),
      keyUsages: this.#row.keyUsages,
      ...(required && {
        policies: {
          initialPolicies: policies,
          // RFC 5280 6.1.1 (c), (e): naming policies means that one of them must hold
          requireExplicitPolicy: !policies.includes(anyPolicy),
          inhibitPolicyMapping: false,
          inhibitAnyPolicy: false,
        },
      }),
      ...(maxIntermediates !== undefined && { maxIntermediates }),
      budget: new Budget({ ...defaultBudget, ...limits }, () => monotonic() - this.#started),
      ...(memory && { memory }),
      checkLeaf: (certificate) => checkNames(certificate, this.#names),
    };
  }

  #extendedKeyUsages(): readonly string[] {
    const { extendedKeyUsages } = this.#row;
    const rule = this.#settings.extendedKeyUsage ?? 'strict';
    if (rule === 'any' || extendedKeyUsages.length === 0) return [];
    return rule === 'server-auth-accepted' && !extendedKeyUsages.includes(serverAuth)
      ? [...extendedKeyUsages, serverAuth]
      : extendedKeyUsages;
  }

  #revocationCheck(certificates: readonly Certificate[]): RevocationCheck | undefined {
    const { evidence = {}, time } = this.#request;
    const { profile, switches = {} } = this.#settings;
    const mode = this.#settings.revocation ?? 'off';
    if (mode === 'off') return undefined;
    const { memory } = this.#tools;
    const sources = sourceTable[this.#settings.sources ?? this.#row.revocation];
    return new RevocationCheck({
      mode,
      crls: new CrlCollection(selectCrls(evidence.crls ?? [], sources, switches, time)),
      ocsp: selectAnswers(evidence.ocsp ?? [], sources, switches),
      time,
      profile: profilesByName[profile ?? this.#row.profile],
      hardFail: this.#whenUnknown() === 'revoked',
      certificates,
      ...(memory && { memory }),
    });
  }

  #acceptedWarnings(leaf: Certificate, path: readonly Certificate[], presented: readonly Certificate[]): void {
    if (this.#names.expected.length === 0)
      this.#warn('verification.name-not-checked', 'No name was expected: who the peer is was not checked.');
    if (findMatch(leaf, this.#names)?.byCommonName === true)
      this.#warn(
        'verification.common-name',
        'Only the common name matched; the certificate has no subject alternative name, and other systems will refuse it.',
      );
    const uses = leaf.extendedKeyUsage;
    if (uses !== undefined && this.#row.extendedKeyUsages.length > 0 && this.#extendedKeyUsages().length > 0) {
      const strict =
        this.#row.extendedKeyUsages.some((oid) => uses.includes(oid)) || uses.includes(anyExtendedKeyUsage);
      if (!strict)
        this.#warn(
          'verification.server-auth-only',
          'The peer calls with a certificate for servers only (no clientAuth), which is accepted here by a setting.',
        );
    }
    const listed = path.slice(1, -1).filter((ca) => !presented.some((c) => equalBytes(c.der, ca.der)));
    if (listed.length > 0)
      this.#warn(
        'verification.chain-incomplete',
        `The peer did not present ${listed.map((ca) => `“${nameOf(ca)}”`).join(', ')}; it was known here, others will refuse the chain.`,
      );
  }

  #decision(
    leaf: Certificate,
    result: PathResult,
    found: readonly RevocationFinding[],
    also: readonly FurtherReason[],
  ): Decision {
    const matched = findMatch(leaf, this.#names)?.matched;
    const rejection = result.accepted ? undefined : result.rejection;
    const words =
      rejection?.message ??
      `The certificate${matched === undefined ? '' : ` proves ${printable(matched)} and`} leads to a CA of ${this.#request.trust.label}.`;
    return {
      accepted: result.accepted,
      code: rejection?.code ?? 'accepted',
      words: sentence(words),
      next: rejection?.next ?? '',
      clause: rejection?.clause ?? '',
      ...this.#common(leaf),
      path: result.path.map((c, i) =>
        namedCertificate(
          c,
          i === 0 ? 'leaf' : result.accepted && i === result.path.length - 1 ? 'trusted' : 'intermediate',
        ),
      ),
      tried: this.#tried.slice(0, maxTried),
      revocation: { ...this.#revocation(), found },
      also,
      advice: result.accepted
        ? []
        : [...nameAdvice(leaf, this.#names), ...this.#useAdvice(leaf, result.rejection.code)],
      policies: result.accepted ? result.policies : [],
      cost: this.#cost(result.budget),
    };
  }

  /** RFC 5280 4.2.1.12 as it bites today: public CAs no longer certify clients. */
  #useAdvice(leaf: Certificate, code: RejectionCode): readonly string[] {
    const uses = leaf.extendedKeyUsage ?? [];
    if (
      code !== 'path.extended-key-usage' ||
      !uses.includes(serverAuth) ||
      this.#extendedKeyUsages().includes(serverAuth)
    )
      return [];
    return [
      'The certificate is for servers only; public CAs issue nothing else any more. Have the peer call with a certificate of a private CA, or accept serverAuth from this peer.',
    ];
  }

  #unusable(code: UsageCode, words: string, leaf?: Certificate): Decision {
    const { next, clause } = usageRefusals[code];
    return {
      accepted: false,
      code,
      words: sentence(words),
      next,
      clause,
      ...this.#common(leaf),
      path: leaf === undefined ? [] : [namedCertificate(leaf, 'leaf')],
      tried: [],
      revocation: { ...this.#revocation(), found: [] },
      also: [],
      advice: [],
      policies: [],
      cost: this.#cost(new Budget({ ...defaultBudget, ...this.#settings.limits })),
    };
  }

  #common(leaf: Certificate | undefined) {
    const { purpose, time, names = [] } = this.#request;
    const matched = leaf === undefined ? undefined : findMatch(leaf, this.#names)?.matched;
    return {
      enforced: this.#settings.enforce !== false,
      purpose,
      profile: this.#settings.profile ?? this.#row.profile,
      time: isoSeconds(time),
      names: {
        expected: names.map((name) => printable(name)),
        ...(matched !== undefined && { matched: printable(matched) }),
        presented: leaf === undefined ? [] : presentedNames(leaf).map((name) => printable(name)),
      },
      warnings: this.#warnings,
    };
  }

  #revocation() {
    return { mode: this.#settings.revocation ?? ('off' as const), whenUnknown: this.#whenUnknown() };
  }

  #whenUnknown(): 'not-revoked' | 'revoked' {
    return this.#settings.whenUnknown ?? usualWhenUnknown(this.#request.purpose);
  }

  #cost(budget: Budget): Decision['cost'] {
    const time = Math.round((this.#tools.monotonic() - this.#started) * 100) / 100;
    return { time, spent: budget.spent(), limits: budget.limits };
  }

  #parse(given: Certificate | Uint8Array): Certificate | string {
    if (!(given instanceof Uint8Array)) return given;
    const parsed = parseCertificate(given);
    return parsed.ok
      ? parsed.value
      : `the certificate cannot be read: ${printable(parsed.error.message)} (octet ${parsed.error.offset})`;
  }

  /** A presented CA certificate that cannot be read helps nobody but harms nobody either. */
  #readExtra(given: readonly (Certificate | Uint8Array)[]): readonly Certificate[] {
    return given.flatMap((one, i) => {
      const parsed = this.#parse(one);
      if (typeof parsed !== 'string') return [parsed];
      this.#warn('verification.unreadable-extra', `Presented certificate ${i + 2} was left out: ${parsed}.`);
      return [];
    });
  }

  #warn(code: DecisionWarning['code'], words: string): void {
    this.#warnings.push({ code, words });
  }
}

const maxTried = 10;
