/** Accounts: made, found, changed, given another key, ended (RFC 8555 7.3). */
import type { KeyObject } from 'node:crypto';
import type { AcmeClient } from './acme-client.ts';
import { AcmeProblem } from './acme-problem.ts';
import { publicJwk } from './jws/jwk.ts';
import { signHmacJws, signJws } from './jws/jws.ts';
import { type Account, type ExternalBinding, type NewAccount, readAccount } from './resource/account.ts';
import type { SignedRequests } from './wire/signed-requests.ts';

type AccountRequests = Pick<
  AcmeClient,
  'newAccount' | 'findAccount' | 'account' | 'updateAccount' | 'deactivateAccount' | 'changeKey'
>;

export function accountRequests(requests: SignedRequests): AccountRequests {
  const ask = async (payload: object): Promise<Account> => {
    const { newAccount } = await requests.directory();
    const answer = await requests.post(newAccount, payload, { shownKey: requests.key });
    const url = requests.location(answer, 'The account');
    const account = readAccount(requests.object(answer, 'The account'), url);
    requests.accountUrl = url;
    return account;
  };
  const change = async (payload: object | undefined): Promise<Account> => {
    const url = accountUrl(requests);
    return readAccount(requests.object(await requests.post(url, payload), 'The account'), url);
  };
  return {
    newAccount: async ({ email, termsAgreed, binding }: NewAccount) => {
      const { newAccount, externalAccountRequired, terms } = await requests.directory();
      if (externalAccountRequired && binding === undefined)
        throw new AcmeProblem('acme.binding-needed', 'The CA takes only accounts that it knows already.');
      if (terms !== undefined && !termsAgreed)
        throw new AcmeProblem('acme.terms-not-accepted', `The CA has terms of service: ${terms}`);
      return ask({
        ...(termsAgreed && { termsOfServiceAgreed: true }),
        ...(email.length > 0 && { contact: contacts(email) }),
        ...(binding !== undefined && { externalAccountBinding: bound(requests.key, newAccount, binding) }),
      });
    },
    findAccount: async () => {
      try {
        return await ask({ onlyReturnExisting: true });
      } catch (error) {
        if (error instanceof AcmeProblem && error.code === 'acme.account-needed') return undefined;
        throw error;
      }
    },
    // RFC 8555 6.3: POST-as-GET
    account: () => change(undefined),
    updateAccount: ({ email, termsAgreed }) =>
      change({
        ...(email !== undefined && { contact: contacts(email) }),
        ...(termsAgreed === true && { termsOfServiceAgreed: true }),
      }),
    deactivateAccount: () => change({ status: 'deactivated' }),
    changeKey: async (newKey: KeyObject) => {
      const { keyChange } = await requests.directory();
      const payload = JSON.stringify({ account: accountUrl(requests), oldKey: publicJwk(requests.key) });
      // RFC 8555 7.3.5: signed by the new key, without a nonce, inside what the old key signs
      await requests.post(keyChange, signJws(newKey, { url: keyChange }, payload));
      requests.key = newKey;
    },
  };
}

function accountUrl({ accountUrl: url }: SignedRequests): string {
  if (url !== undefined) return url;
  throw new AcmeProblem('acme.account-needed', 'No account of this key is known.');
}

function contacts(email: readonly string[]): readonly string[] {
  return email.map((address) => `mailto:${address}`);
}

function bound(key: KeyObject, url: string, { keyId, key: secret, algorithm }: ExternalBinding): object {
  return signHmacJws(secret, { url, kid: keyId }, JSON.stringify(publicJwk(key)), algorithm);
}
