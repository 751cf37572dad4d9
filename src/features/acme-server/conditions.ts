/** What is not as it should be with the ACME server, for alarms. */
import type { Condition } from '../../lib/condition.ts';
import type { Db } from '../../storage/schema.ts';
import type { AcmeServerSettings } from './acme-server-settings.ts';
import type { IssuingTemplate } from './issuing-ca.ts';
import { selectOrders } from './orders/order-store.ts';
import type { AcmeProblem } from './protocol/acme-error.ts';

const hour = 3_600_000;
/** So many orders in a row that the CA itself refused look like a fault here, not at a client. */
const refusedInARow = 5;

export async function acmeServerConditions(
  db: Db,
  { enabled, profiles, externalAccountRequired, names }: AcmeServerSettings,
  templates: readonly IssuingTemplate[],
  now: number,
): Promise<readonly Condition[]> {
  if (!enabled) return [];
  const conditions: Condition[] = [];
  const missing = profiles.filter((profile) => !templates.some(({ name }) => name === profile));
  if (missing.length > 0)
    conditions.push({
      code: 'acme-server.no-template',
      object: missing.join(', '),
      severity: missing.length === profiles.length ? 'alert' : 'warning',
      message:
        templates.length === 0
          ? 'The ACME server is on, but there is no CA that could issue.'
          : `The ACME server offers ${missing.join(', ')}, which no template is called.`,
      hint: 'Make a CA, or choose other templates in the settings of the ACME server.',
    });
  if (!externalAccountRequired && names.includes('*'))
    conditions.push({
      code: 'acme-server.open',
      object: 'names',
      severity: 'warning',
      message: 'The ACME server certifies every name for everybody who can answer for it in this network.',
      hint: 'List the domains that may be ordered, or require keys for external account binding.',
    });
  const latest = (await selectOrders(db, { limit: refusedInARow }, now)).slice(0, refusedInARow);
  const refused = latest.filter(({ error, created_at: at }) => byTheCa(error) && at > now - 24 * hour);
  if (refused.length === refusedInARow)
    conditions.push({
      code: 'acme-server.refusing',
      object: 'orders',
      severity: 'alert',
      message: `The CA refused the last ${refusedInARow} orders of ACME clients.`,
      hint: 'The orders of the ACME server tell the reasons; look at the template and the constraints of the CA.',
    });
  return conditions;
}

/** CAA records are for their owners to mend. */
function byTheCa(error: string | null): boolean {
  return error !== null && (JSON.parse(error) as AcmeProblem).type !== 'caa';
}
