/**
 * Gathers what a purpose may use about one verified path: loaded CRLs first, then OCSP, then distribution points, each
 * only as far as something is still open and the purpose allows it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.ts';
import { printable } from '../../lib/printable.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { CrlCollection, type LoadedCrl } from '../../pki/crl/loaded-crl.ts';
import { canonicalName, toRfc4514 } from '../../pki/name/distinguished-name.ts';
import { sip } from '../../pki/path/profile.ts';
import { type CertificateRevocation, RevocationCheck } from '../../pki/path/revocation-check.ts';
import type { CdpSource } from './crls/cdp-source.ts';
import type { CrlLibrary } from './crls/crl-library.ts';
import { type CrlPosition, compareInSeries } from './crls/crl-series.ts';
import type { FetchError } from './fetch/fetch-error.ts';
import { crlUrls, ocspUrls } from './ocsp/certificate-key.ts';
import type { OcspSource } from './ocsp/ocsp-source.ts';
import type { EvidenceAnswer, EvidenceCrl, EvidenceOptions, FetchNote, RevocationEvidence } from './revocation.ts';
import type { RevocationSettings } from './revocation-settings.ts';
import { type Selectable, selectCrls } from './select-crls.ts';
import { type RevocationPurpose, sourceTable } from './source-table.ts';
import type { CrlRow } from './store.ts';

/** A CRL with what the choice looks at. */
export interface OfferedCrl extends Selectable {
  readonly crl: LoadedCrl;
}

export interface GathererDeps {
  readonly clock: Clock;
  readonly settings: () => Promise<RevocationSettings>;
  readonly library: CrlLibrary;
  /** CRLs of the trusted CA list. */
  readonly embedded: () => Promise<readonly OfferedCrl[]>;
  readonly ocsp: OcspSource;
  readonly cdp: CdpSource;
  /** Told about every certificate whose OCSP answer, or the lack of one, an open connection rests on. */
  readonly follow: (certificate: Certificate, issuer: Certificate) => void;
  readonly onError: (error: unknown) => void;
}

const longestFetch = 5_000;
const mostUrls = 4;
const mostWaiting = 200;

export class EvidenceGatherer {
  readonly #deps: GathererDeps;
  #waiting = 0;

  constructor(deps: GathererDeps) {
    this.#deps = deps;
  }

  async gather(
    purpose: RevocationPurpose,
    path: readonly Certificate[],
    options: EvidenceOptions = {},
  ): Promise<RevocationEvidence> {
    const settings = await this.#deps.settings();
    const own = settings.purposes[purpose];
    if (own.mode === 'off') return { crls: [], ocsp: [], mode: 'off', whenUnknown: own.fallback, notes: [] };
    const round = new Round(this.#deps, settings, purpose, path);
    await round.look();
    const within = Math.min(options.fetchWithin ?? 0, longestFetch);
    if (within > 0) round.follow();
    if (within <= 0 || round.open().length === 0) return round.evidence();
    // so many handshakes wait already that this one takes what the fallback says
    if (this.#waiting >= mostWaiting) return round.evidence();
    this.#waiting++;
    const late = new AbortController();
    try {
      // what comes later is kept for the next time
      const fetched = round.fetch(within).catch((error: unknown) => this.#deps.onError(error));
      await Promise.race([fetched, sleep(within, undefined, { signal: late.signal, ref: false })]);
    } finally {
      late.abort();
      this.#waiting--;
    }
    return round.evidence();
  }
}

class Round {
  readonly #deps: GathererDeps;
  readonly #settings: RevocationSettings;
  readonly #purpose: RevocationPurpose;
  readonly #path: readonly Certificate[];
  readonly #notes: FetchNote[] = [];
  #crls: readonly EvidenceCrl[] = [];
  #ocsp: readonly EvidenceAnswer[] = [];
  #found: readonly CertificateRevocation[] = [];
  #urls = 0;

  constructor(
    deps: GathererDeps,
    settings: RevocationSettings,
    purpose: RevocationPurpose,
    path: readonly Certificate[],
  ) {
    this.#deps = deps;
    this.#settings = settings;
    this.#purpose = purpose;
    this.#path = path;
  }

  /** Takes what is at hand and judges the path by it. */
  async look(): Promise<void> {
    const { library, embedded, ocsp } = this.#deps;
    const own = this.#settings.purposes[this.#purpose];
    const row = sourceTable[this.#purpose];
    const names = this.#issuerNames();
    const mayBeOurs = library.rows.some((one) => one.signed_by === null && isOfPath(one.issuer, this.#path));
    if (mayBeOurs) await library.verifyAgain(this.#path);
    const stored: Selectable[] = [];
    const byRow = new Map<Selectable, (typeof library.rows)[number]>();
    for (const one of library.rows) {
      if (one.signed_by === null || (one.source === 'automatic' && !this.#settings.automatic.enabled)) continue;
      if (one.source === 'cdp' && library.rows.some((other) => supersedes(other, one))) continue;
      const selectable: Selectable = {
        source: one.source,
        signedBy: one.signed_by,
        delta: one.delta === 1,
        thisUpdate: one.this_update,
        nextUpdate: one.next_update,
      };
      stored.push(selectable);
      byRow.set(selectable, one);
    }
    const offered = row.embedded === 'no' ? [] : await embedded();
    const chosen = selectCrls<Selectable>([...stored, ...offered], row, own, this.#deps.clock.now());
    const crls: EvidenceCrl[] = [];
    for (const one of chosen) {
      const at = byRow.get(one);
      const crl = at === undefined ? offered.find((other) => other === one)?.crl : await library.load(at);
      if (crl !== undefined && names.has(canonicalName(crl.crl.issuer))) crls.push({ crl, origin: one.source });
    }
    this.#crls = crls;
    const mayOcsp = row.ocsp === 'switch' && own.useOcsp;
    this.#ocsp = mayOcsp
      ? this.#links().flatMap(([certificate, issuer]): EvidenceAnswer[] => {
          const answer = ocsp.kept(certificate, issuer);
          return answer === undefined ? [] : [{ answer, origin: 'ocsp' }];
        })
      : [];
    this.#judge();
  }

  /** Has followed what no CRL settles. */
  follow(): void {
    const mayOcsp = sourceTable[this.#purpose].ocsp === 'switch' && this.#settings.purposes[this.#purpose].useOcsp;
    if (!mayOcsp) return;
    for (const { certificate, status } of this.#found) {
      const issuer = this.#issuerOf(certificate);
      const open = status.status === 'unknown' || status.evidence.some(({ kind }) => kind === 'ocsp');
      if (open && issuer !== undefined) this.#deps.follow(certificate, issuer);
    }
  }

  /** The certificates whose status is open; none once one is revoked. */
  open(): readonly Certificate[] {
    if (this.#found.some(({ status }) => status.status === 'revoked')) return [];
    return this.#found.filter(({ status }) => status.status === 'unknown').map(({ certificate }) => certificate);
  }

  async fetch(within: number): Promise<void> {
    const { clock } = this.#deps;
    const end = clock.monotonic() + within;
    const own = this.#settings.purposes[this.#purpose];
    const row = sourceTable[this.#purpose];
    if (row.ocsp === 'switch' && own.useOcsp) await this.#askOcsp(end);
    if (row.cdp === 'switch' && own.useCrls && own.allowCdp && this.open().length > 0) await this.#fetchCrls(end);
  }

  evidence(): RevocationEvidence {
    const { mode, fallback } = this.#settings.purposes[this.#purpose];
    const mustRefuse = this.#found.some(
      ({ certificate, status }) => status.status === 'unknown' && this.#countsAsRevoked(certificate, status.why),
    );
    return {
      crls: this.#crls,
      ocsp: this.#ocsp,
      mode,
      whenUnknown: mustRefuse ? 'revoked' : fallback,
      notes: this.#notes,
    };
  }

  #countsAsRevoked(certificate: Certificate, why: string): boolean {
    const link = this.#links().find(([one]) => one === certificate);
    if (link !== undefined && this.#deps.ocsp.wasRevoked(...link)) return true;
    return why === 'crl.expired' && !sourceTable[this.#purpose].expiredFallsBack;
  }

  /** A definite "revoked" of any source wins, also over a newer CRL of another source. */
  #judge(): void {
    this.#found = this.#check(this.#crls);
    const settled = this.#found.some(({ status }) => status.status === 'revoked');
    if (sourceTable[this.#purpose].cdp === 'no' || settled) return;
    for (const crls of Map.groupBy(this.#crls, ({ origin }) => origin).values()) {
      const found = this.#check(crls);
      if (!found.some(({ status }) => status.status === 'revoked')) continue;
      this.#crls = crls;
      this.#found = found;
      return;
    }
  }

  #check(crls: readonly EvidenceCrl[]): readonly CertificateRevocation[] {
    const anchor = this.#path.at(-1);
    const { mode } = this.#settings.purposes[this.#purpose];
    if (anchor === undefined) return [];
    const check = new RevocationCheck({
      mode,
      crls: new CrlCollection(crls.map(({ crl }) => crl)),
      ocsp: this.#ocsp.map(({ answer }) => answer),
      time: this.#deps.clock.now(),
      profile: sip,
      hardFail: false,
      certificates: this.#path,
    });
    check.checkPath(this.#path.slice(0, -1), { certificate: anchor, constraints: false, pinned: false });
    return check.found;
  }

  async #askOcsp(end: number): Promise<void> {
    const { ocsp, clock } = this.#deps;
    const wanted = this.open().flatMap((certificate) => {
      const issuer = this.#issuerOf(certificate);
      const url = ocspUrls(certificate)[0];
      return issuer === undefined || url === undefined ? [] : [{ certificate, issuer, url }];
    });
    const asked = wanted.slice(0, mostUrls - this.#urls);
    this.#urls += asked.length;
    const answers = await Promise.all(
      asked.map(async ({ certificate, issuer, url }) => {
        const result = await ocsp.ask(url, certificate, issuer, end - clock.monotonic());
        this.#note('ocsp', url, result.ok ? undefined : result.error);
        return result.ok ? [{ answer: result.value, origin: 'ocsp' as const }] : [];
      }),
    );
    this.#ocsp = [...this.#ocsp, ...answers.flat()];
    this.#judge();
  }

  async #fetchCrls(end: number): Promise<void> {
    const { cdp, clock } = this.#deps;
    const urls = [...new Set(this.open().flatMap((certificate) => [...crlUrls(certificate)]))];
    const asked = urls.slice(0, mostUrls - this.#urls);
    this.#urls += asked.length;
    await Promise.all(
      asked.map(async (url) => {
        const result = await cdp.fetch(url, this.#path, end - clock.monotonic());
        this.#note('cdp', url, result.ok ? undefined : result.error);
      }),
    );
    const answers = this.#ocsp;
    await this.look();
    this.#ocsp = [...new Set([...this.#ocsp, ...answers])];
    this.#judge();
  }

  #note(kind: FetchNote['kind'], url: string, error: FetchError | undefined): void {
    this.#notes.push({
      kind,
      url,
      code: error?.code ?? 'done',
      message: error?.message ?? 'Answered.',
      allowHost: error?.allowHost,
    });
  }

  /** Each certificate with its issuer. */
  #links(): readonly (readonly [Certificate, Certificate])[] {
    return this.#path.slice(0, -1).map((certificate, i) => [certificate, this.#path[i + 1]!] as const);
  }

  #issuerOf(certificate: Certificate): Certificate | undefined {
    return this.#links().find(([one]) => one === certificate)?.[1];
  }

  /** Whose CRLs can speak about the path: its CAs, and issuers of indirect CRLs that its certificates name. */
  #issuerNames(): ReadonlySet<string> {
    const named = this.#path.flatMap(({ crlDistributionPoints = [] }) =>
      crlDistributionPoints.flatMap(({ crlIssuer = [] }) =>
        crlIssuer.flatMap((name) => (name.kind === 'directory' ? [canonicalName(name.name)] : [])),
      ),
    );
    return new Set([...this.#path.map(({ subject }) => canonicalName(subject)), ...named]);
  }
}

/** A fetched CRL that another source has in a newer edition says nothing any more. */
function supersedes(other: CrlRow, one: CrlRow): boolean {
  if (other.source !== 'automatic' || other.series !== one.series) return false;
  return compareInSeries(positionOf(other), positionOf(one)) === 'newer';
}

function positionOf({ sha256, number, this_update }: CrlRow): CrlPosition {
  return { id: sha256, number: number ?? undefined, thisUpdate: this_update };
}

function isOfPath(issuer: string, path: readonly Certificate[]): boolean {
  return path.some(({ subject }) => printable(toRfc4514(subject), 500) === issuer);
}
