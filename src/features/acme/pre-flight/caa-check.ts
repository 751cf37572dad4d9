/** Whether CAA records let a CA issue for the names, by this account and this challenge: what the CA will ask itself. */
import type { CaaRecord } from 'node:dns';
import { resolveCaa } from 'node:dns/promises';
import { printable } from '../../../lib/printable.ts';
import { caaRefusal } from '../../../pki/caa/caa-rules.ts';
import { caaRecordOf, relevantRecords } from '../../../pki/caa/relevant-records.ts';
import type { AcmeCheckRow, ChallengeSettings } from '../schemas.ts';
import { checkRow } from './check-row.ts';

export interface CaaCheck {
  readonly names: readonly string[];
  /** Names by which the CA finds itself in the records. */
  readonly identities: readonly string[];
  readonly challenge: ChallengeSettings['type'];
  /** Undefined until there is an account. */
  readonly accountUrl: string | undefined;
  readonly lookUp: ((name: string) => Promise<readonly CaaRecord[]>) | undefined;
}

export async function caaRow(asked: CaaCheck): Promise<AcmeCheckRow> {
  const { names, identities, challenge, accountUrl, lookUp = resolveCaa } = asked;
  const title = 'CAA allows this CA';
  if (identities.length === 0) return checkRow('caa', title, 'unknown', 'The CA does not say by which name it looks.');
  const question = {
    domains: identities.map((one) => one.toLowerCase()),
    method: challenge,
    // before there is an account it is not known for which one this will be
    isAccount: async (uri: string) => accountUrl === undefined || uri === accountUrl,
  };
  for (const name of names) {
    try {
      const relevant = await relevantRecords(name, async (at) => (await lookUp(at)).map(caaRecordOf));
      if (relevant === undefined) continue;
      const refusal = await caaRefusal(relevant.records, { ...question, wildcard: name.startsWith('*.') });
      if (refusal === undefined) continue;
      const hint = `Add a CAA record: 0 issue "${identities[0]}".`;
      return checkRow('caa', title, 'bad', `${printable(name)}: ${printable(relevant.name)} ${refusal}.`, hint);
    } catch (error) {
      const why = printable(error instanceof Error ? error.message : String(error), 200);
      const hint = 'A CA that cannot look them up refuses. See whether the name servers of the zone answer.';
      return checkRow('caa', title, 'unknown', `CAA records of ${printable(name)} cannot be looked up: ${why}.`, hint);
    }
  }
  return checkRow('caa', title, 'good', 'No CAA record speaks against it.');
}
