/** The directory (RFC 8555 7.1.1, RFC 9773 4.1, profiles): where everything is, and what a client must know first. */
import type { Call, Core } from './core.ts';
import { type AcmeAnswer, jsonAnswer } from './exchange.ts';

export function directory(core: Core, { base, profiles }: Call): AcmeAnswer {
  const { termsUrl, website, externalAccountRequired, caaDomains } = core.settings();
  return jsonAnswer(200, {
    newNonce: `${base}/new-nonce`,
    newAccount: `${base}/new-account`,
    newOrder: `${base}/new-order`,
    revokeCert: `${base}/revoke-cert`,
    keyChange: `${base}/key-change`,
    renewalInfo: `${base}/renewal-info`,
    meta: {
      ...(termsUrl === '' ? {} : { termsOfService: termsUrl }),
      ...(website === '' ? {} : { website }),
      ...(caaDomains.length === 0 ? {} : { caaIdentities: caaDomains }),
      externalAccountRequired,
      profiles: Object.fromEntries(profiles.map(({ name, description }) => [name, description])),
    },
  });
}
