/** Templates that operators make: kept, checked, changed. */
import type { Actor } from '../../../lib/actor.ts';
import { printable } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';
import { staleChange } from '../../../lib/stale-change.ts';
import { anyExtendedKeyUsage, ocspSigning } from '../../../pki/certificate/extended-key-usages.ts';
import { oid } from '../../../pki/der/writer.ts';
import { ipRangeBytes } from '../../../pki/name/ip-bytes.ts';
import type { Storage } from '../../../storage/storage.ts';
import { recordAudit } from '../../audit/audit.ts';
import { isFqdn } from '../../settings/settings.ts';
import { type Fault, invalidRequest, noTemplate } from '../problems.ts';
import { deleteTemplate, readTemplates, writeTemplate } from '../store.ts';
import { builtInTemplates } from './built-in-templates.ts';
import type { Template, TemplateFields } from './template.ts';

export interface Templates {
  list(): Promise<readonly Template[]>;
  get(name: string): Promise<Template>;
  save(actor: Actor, name: string, fields: TemplateFields, version: number): Promise<Template>;
  remove(actor: Actor, name: string): Promise<void>;
}

/** Read once and kept: this process is the only one that changes them. */
export function createTemplates(storage: Storage): Templates {
  let known: readonly Template[] | undefined;
  const own = async (): Promise<readonly Template[]> => {
    known ??= (await readTemplates(storage.db)).map(({ name, version, fields }) => ({
      ...(JSON.parse(fields) as TemplateFields),
      name,
      version,
      builtIn: false,
    }));
    return known;
  };
  const list = async () => [...builtInTemplates, ...(await own())];
  const get = async (name: string): Promise<Template> => {
    const found = builtInTemplates.find((one) => one.name === name) ?? (await own()).find((one) => one.name === name);
    if (found === undefined) throw noTemplate(name);
    return found;
  };
  return {
    list,
    get,
    async save(actor, name, fields, version) {
      refuseBuiltIn(name);
      const faults = templateFaults(name, fields);
      if (faults.length > 0) throw invalidRequest(faults);
      await storage.transaction(async (trx) => {
        const before = (await readTemplates(trx)).find((one) => one.name === name);
        const current = before?.version ?? 0;
        const what = `the template ${name}`;
        if (current !== version) throw staleChange({ code: 'private-ca.stale', what, expected: version, current });
        const row = { name, version: version + 1, fields: JSON.stringify(fields) };
        await writeTemplate(trx, row);
        const change = { before: before?.fields ?? '', after: row.fields };
        await recordAudit(trx, actor, { action: 'private-ca.template', object: name, ...change, detail: fields });
      });
      known = undefined;
      return get(name);
    },
    async remove(actor, name) {
      refuseBuiltIn(name);
      await get(name);
      await storage.transaction(async (trx) => {
        await deleteTemplate(trx, name);
        await recordAudit(trx, actor, { action: 'private-ca.template-delete', object: name });
      });
      known = undefined;
    },
  };
}

function refuseBuiltIn(name: string): void {
  if (!builtInTemplates.some((one) => one.name === name) && name !== 'ocsp-responder') return;
  throw new Problem({
    code: 'private-ca.built-in',
    status: 409,
    title: 'This template belongs to the program.',
    detail: `The template ${name} cannot be changed or deleted.`,
    hint: 'Save a template of your own under another name.',
  });
}

const knownUsages: ReadonlySet<string> = new Set([
  'serverAuth',
  'clientAuth',
  'codeSigning',
  'emailProtection',
  'timeStamping',
]);

function templateFaults(name: string, fields: TemplateFields): readonly Fault[] {
  const faults: Fault[] = [];
  const wrong = (field: string, detail: string): void => {
    faults.push({ field, detail });
  };
  if (!/^[a-z0-9](-?[a-z0-9]){0,49}$/.test(name)) {
    wrong('name', 'A name has 1 to 50 lower-case letters, digits and single hyphens between them.');
  }
  if (name === 'default') wrong('name', 'The ACME directory with all profiles is called default: choose another name.');
  if (fields.extendedKeyUsage.length === 0) wrong('extendedKeyUsage', 'A template says what its keys are for.');
  for (const usage of fields.extendedKeyUsage) {
    if (knownUsages.has(usage)) continue;
    if (usage === 'ocspSigning' || usage === ocspSigning)
      wrong('extendedKeyUsage', 'Responders are made by the program itself.');
    else if (usage === anyExtendedKeyUsage)
      wrong('extendedKeyUsage', 'anyExtendedKeyUsage would let a key be used for anything.');
    else if (!isOid(usage)) wrong('extendedKeyUsage', `${printable(usage)} is neither a known usage nor an OID.`);
  }
  // RFC 5280 4.2.1.4, 4.2.1.12: each at most once
  for (const field of ['policies', 'extendedKeyUsage'] as const) {
    if (new Set(fields[field]).size < fields[field].length) wrong(field, 'The same stands there twice.');
  }
  for (const policy of fields.policies) if (!isOid(policy)) wrong('policies', `${printable(policy)} is no OID.`);
  if (fields.keyUsage !== 'automatic') {
    const signs = fields.keyUsage.filter((bit) => bit === 'keyCertSign' || bit === 'cRLSign');
    if (signs.length > 0) wrong('keyUsage', `${signs.join(' and ')} belong to authorities only.`);
    if (fields.keyUsage.length === 0) wrong('keyUsage', 'A key is used for something.');
  }
  for (const domain of fields.domains) {
    const check = isFqdn(domain);
    if (!check.ok) wrong('domains', `${printable(domain) || 'A domain'} ${check.reason}.`);
  }
  for (const range of fields.addresses) {
    if (ipRangeBytes(range) === undefined) wrong('addresses', `${printable(range)} is no range such as 10.0.0.0/8.`);
  }
  if (fields.namesRequired && fields.sanKinds.length === 0) {
    wrong('sanKinds', 'A name is required, but no kind of name is allowed.');
  }
  return faults;
}

function isOid(text: string): boolean {
  try {
    return oid(text).length > 2;
  } catch {
    return false;
  }
}
