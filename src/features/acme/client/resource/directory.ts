/** The directory of an ACME server (RFC 8555 7.1.1) with renewal information (RFC 9773 3) and profiles. */
import { printable } from '../../../../lib/printable.ts';
import { isObject, type JsonObject, member, optionalText, text, texts } from './json-value.ts';
import { webPage } from './web-page.ts';

export interface Directory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  readonly revokeCert: string;
  readonly keyChange: string;
  /** Absent at a CA without ARI. */
  readonly renewalInfo?: string;
  readonly terms?: string;
  readonly website?: string;
  /** Host names that CAA records must hold for this CA. */
  readonly caaIdentities: readonly string[];
  readonly externalAccountRequired: boolean;
  /** Name and description, as the CA lists them; empty when the CA knows no profiles. */
  readonly profiles: Readonly<Record<string, string>>;
}

/** Throws `acme.answer` for what is no directory. The URLs are not yet judged. */
export function readDirectory(object: JsonObject): Directory {
  const what = 'The directory';
  const found = member(object, 'meta');
  const meta = isObject(found) ? found : {};
  const optional = {
    renewalInfo: optionalText(object, 'renewalInfo', what),
    terms: webPage(optionalText(meta, 'termsOfService', what)),
    website: webPage(optionalText(meta, 'website', what)),
  };
  return {
    newNonce: text(object, 'newNonce', what),
    newAccount: text(object, 'newAccount', what),
    newOrder: text(object, 'newOrder', what),
    revokeCert: text(object, 'revokeCert', what),
    keyChange: text(object, 'keyChange', what),
    ...(optional.renewalInfo !== undefined && { renewalInfo: optional.renewalInfo }),
    ...(optional.terms !== undefined && { terms: optional.terms }),
    ...(optional.website !== undefined && { website: optional.website }),
    caaIdentities:
      member(meta, 'caaIdentities') === undefined
        ? []
        : texts(meta, 'caaIdentities', what, 50).map((one) => printable(one)),
    externalAccountRequired: member(meta, 'externalAccountRequired') === true,
    profiles: readProfiles(member(meta, 'profiles')),
  };
}

function readProfiles(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  const good = Object.entries(value)
    .slice(0, 50)
    .filter(([name]) => /^[A-Za-z0-9._-]{1,64}$/.test(name) && name !== '__proto__');
  return Object.fromEntries(
    good.map(([name, about]) => [name, typeof about === 'string' ? printable(about, 500) : '']),
  );
}
