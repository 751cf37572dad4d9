/** Ways to reach whoever holds an account (RFC 8555 7.3): mail addresses, one each, nothing else. */
import { printable } from '../../../lib/printable.ts';
import { AcmeError } from '../protocol/acme-error.ts';

const mostContacts = 10;

/** Without duplicates. Throws `unsupportedContact` and `invalidContact`. */
export function readContacts(given: readonly string[]): readonly string[] {
  if (given.length > mostContacts)
    throw new AcmeError('invalidContact', 'contacts', `An account has at most ${mostContacts} contacts.`);
  for (const contact of given) {
    if (!/^mailto:/i.test(contact))
      throw new AcmeError('unsupportedContact', 'contact-scheme', `${printable(contact, 60)} is no mailto URL.`);
    // RFC 8555 7.3: no hfields, one address only; RFC 6068 2: ASCII, so that no character can hide or turn round
    if (!/^mailto:[a-z0-9!#$&'*+/=^_`{|}~.-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(contact) || contact.length > 254)
      throw new AcmeError('invalidContact', 'contact', `${printable(contact, 60)} is not one plain mail address.`);
  }
  return [...new Set(given)];
}
