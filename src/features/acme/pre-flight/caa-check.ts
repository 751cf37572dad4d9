/** Whether CAA records (RFC 8659, RFC 8657) let a CA issue for the names, by this account and this challenge. */
import type { CaaRecord } from 'node:dns';
import { resolveCaa } from 'node:dns/promises';
import { printable } from '../../../lib/printable.ts';
import type { AcmeCheckRow, ChallengeSettings } from '../schemas.ts';
import { checkRow } from './check-row.ts';

export interface CaaQuestion {
  readonly names: readonly string[];
  /** Names by which the CA finds itself in the records. */
  readonly identities: readonly string[];
  readonly challenge: ChallengeSettings['type'];
  /** Undefined until there is an account. */
  readonly accountUrl: string | undefined;
  readonly lookUp: ((name: string) => Promise<readonly CaaRecord[]>) | undefined;
}

export async function caaRow({ names, identities, lookUp = resolveCaa, ...how }: CaaQuestion): Promise<AcmeCheckRow> {
  const title = 'CAA allows this CA';
  if (identities.length === 0) return checkRow('caa', title, 'unknown', 'The CA does not say by which name it looks.');
  for (const name of names) {
    try {
      const refusal = judge(await nearestRecords(name, lookUp), name, identities, how);
      if (refusal === undefined) continue;
      const hint = `Add a CAA record: 0 issue "${identities[0]}".`;
      return checkRow('caa', title, 'bad', `CAA records of ${printable(name)} ${refusal}.`, hint);
    } catch (error) {
      const why = printable(error instanceof Error ? error.message : String(error), 200);
      const hint = 'A CA that cannot look them up refuses. See whether the name servers of the zone answer.';
      return checkRow('caa', title, 'unknown', `CAA records of ${printable(name)} cannot be looked up: ${why}.`, hint);
    }
  }
  return checkRow('caa', title, 'good', 'No CAA record speaks against it.');
}

/** RFC 8659 3: the records of the name or, without any, of the nearest name above it that has some. */
async function nearestRecords(name: string, lookUp: NonNullable<CaaQuestion['lookUp']>): Promise<readonly CaaRecord[]> {
  for (const labels = name.replace(/^\*\./, '').split('.'); labels.length > 0; labels.shift()) {
    const records = await lookUp(labels.join('.')).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENODATA' || error.code === 'ENOTFOUND') return [];
      throw error;
    });
    if (records.length > 0) return records;
  }
  return [];
}

const knownTags = new Set(['critical', 'issue', 'issuewild', 'iodef', 'contactemail', 'contactphone', 'issuemail']);

/** Why the CA may not issue, in words after "CAA records of …"; undefined when it may. */
function judge(
  records: readonly CaaRecord[],
  name: string,
  identities: readonly string[],
  { challenge, accountUrl }: Pick<CaaQuestion, 'challenge' | 'accountUrl'>,
): string | undefined {
  const unknown = records.find((one) => one.critical !== 0 && Object.keys(one).some((tag) => !knownTags.has(tag)));
  if (unknown !== undefined) return 'hold a critical one that no CA knows';
  const of = (tag: 'issue' | 'issuewild') => records.flatMap((one) => (one[tag] === undefined ? [] : [one[tag]]));
  // RFC 8659 4.3: issuewild, where there is any, takes the place of issue for wildcards
  const wild = name.startsWith('*.') ? of('issuewild') : [];
  const values = (wild.length > 0 ? wild : of('issue')).map(parse);
  if (values.length === 0) return undefined;
  const ours = values.filter(({ issuer }) => identities.includes(issuer));
  if (ours.length === 0) return `name ${values.map(({ issuer }) => printable(issuer || 'nobody', 100)).join(', ')}`;
  // RFC 8657 3 and 4
  const byMethod = ours.filter(({ methods }) => methods === undefined || methods.includes(challenge));
  if (byMethod.length === 0) return `let it issue by another challenge than ${challenge} only`;
  const byAccount = byMethod.some(({ account }) => [undefined, accountUrl].includes(account));
  return byAccount || accountUrl === undefined ? undefined : 'let it issue for another account only';
}

/** RFC 8659 4.2: `issuer; name=value; …`. */
function parse(value: string): { issuer: string; methods: readonly string[] | undefined; account: string | undefined } {
  const [issuer = '', ...rest] = value.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const;
    }),
  );
  const methods = parameters.get('validationmethods')?.split(',');
  return { issuer: issuer.toLowerCase(), methods, account: parameters.get('accounturi') };
}
