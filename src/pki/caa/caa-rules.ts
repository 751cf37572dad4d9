/** CAA records: whether those of a name let this CA issue (RFC 8659 4), to this account, by this challenge (RFC 8657). */
import { printable, printableList } from '../../lib/printable.ts';

export interface CaaRecord {
  readonly flags: number;
  /** Lower case. */
  readonly tag: string;
  readonly value: string;
}

export interface CaaQuestion {
  /** By which records name this CA, lower case. */
  readonly domains: readonly string[];
  readonly wildcard: boolean;
  /** The challenge that proved control. */
  readonly method: string;
  /** Whether the URI is that of the account. */
  readonly isAccount: (uri: string) => Promise<boolean>;
}

/**
 * Why the relevant record set (RFC 8659 3) forbids to issue; undefined when it does not. Ends a sentence that begins with
 * the name: `has …`.
 */
export async function caaRefusal(records: readonly CaaRecord[], question: CaaQuestion): Promise<string | undefined> {
  const unknown = records.find(({ flags, tag }) => (flags & critical) !== 0 && !understood.has(tag));
  // RFC 8659 4.5
  if (unknown !== undefined) return `has a critical CAA record that is not understood here: ${recordText(unknown)}`;
  const wild = records.filter(({ tag }) => tag === 'issuewild');
  // RFC 8659 4.3: issuewild takes the place of issue, for wildcards only
  const deciding = question.wildcard && wild.length > 0 ? wild : records.filter(({ tag }) => tag === 'issue');
  if (deciding.length === 0) return undefined;
  const properties = deciding.map(({ value }) => readProperty(value));
  for (const property of properties) if (await permits(property, question)) return undefined;
  const found = printableList(deciding.map(recordText), 5);
  const forUs = properties.some((property) => property !== undefined && question.domains.includes(property.issuer));
  return forUs
    ? `has CAA records for this CA, but for another account or challenge: ${found}`
    : `has CAA records that do not name this CA: ${found}`;
}

/** Issuer Critical Flag (RFC 8659 4.1). */
const critical = 0x80;
/** About certificates for mail (RFC 9495) and whom to tell or ask (RFC 8659 4.4, BR A.1): they forbid nothing here. */
const understood: ReadonlySet<string> = new Set([
  'issue',
  'issuewild',
  'issuemail',
  'iodef',
  'contactemail',
  'contactphone',
]);

interface Property {
  /** Lower case; empty: nobody may issue. */
  readonly issuer: string;
  readonly parameters: readonly { readonly tag: string; readonly value: string }[];
}

const issuerForm = /^(?:[a-z0-9](?:-*[a-z0-9])*(?:\.[a-z0-9](?:-*[a-z0-9])*)*)?$/;
const parameterForm = /^([a-z0-9](?:-*[a-z0-9])*)[ \t]*=[ \t]*([\x21-\x3a\x3c-\x7e]*)$/i;

/** `ca.example.net; accounturi=https://… ; validationmethods=dns-01`; undefined when malformed (RFC 8659 4.2). */
function readProperty(text: string): Property | undefined {
  const [issuer = '', ...parts] = text.split(';').map((part) => part.replace(/^[ \t]+|[ \t]+$/g, ''));
  if (!issuerForm.test(issuer.toLowerCase())) return undefined;
  const given = parts.length === 1 && parts[0] === '' ? [] : parts;
  const parameters: { tag: string; value: string }[] = [];
  for (const part of given) {
    const [, tag, value] = parameterForm.exec(part) ?? [];
    if (tag === undefined || value === undefined) return undefined;
    parameters.push({ tag: tag.toLowerCase(), value });
  }
  return { issuer: issuer.toLowerCase(), parameters };
}

/** A malformed property permits nobody, nor does one with a parameter twice (RFC 8659 4.2, RFC 8657 3). */
async function permits(property: Property | undefined, question: CaaQuestion): Promise<boolean> {
  if (property === undefined || !question.domains.includes(property.issuer)) return false;
  const values = (tag: string) => property.parameters.filter((one) => one.tag === tag).map(({ value }) => value);
  const [accounts, methods] = [values('accounturi'), values('validationmethods')];
  if (accounts.length > 1 || methods.length > 1) return false;
  const [account] = accounts;
  const [method] = methods;
  if (method !== undefined && !method.split(',').includes(question.method)) return false;
  return account === undefined || question.isAccount(account);
}

function recordText({ flags, tag, value }: CaaRecord): string {
  return `${flags} ${printable(tag, 40)} "${printable(value, 200)}"`;
}
