/** The private CA as what renews the gateway's own identities: the provider that the scheduler of ACME knows. */
import type { PrivateCaProvider } from '../acme/acme.ts';
import type { PrivateCa } from './private-ca.ts';

type Ca = Pick<PrivateCa, 'templates' | 'issue' | 'authorities' | 'defaultAuthority' | 'revoke'>;

/** Only while there is an authority that issues without a passphrase: nobody is there to type one. */
export function privateCaProvider(ca: Ca): PrivateCaProvider {
  return {
    async templates() {
      const issuer = await ca.defaultAuthority();
      return issuer?.key === 'sealed' ? (await ca.templates()).map(({ name }) => name) : [];
    },
    async issue(actor, { csr, template }) {
      const { certificate, chain } = await ca.issue(actor, { csr, template, source: 'renewal' });
      return [certificate, ...chain];
    },
    async roots() {
      const all = await ca.authorities();
      const roots = all.flatMap(({ certificate, above }) => above.at(-1) ?? certificate ?? []);
      return [...new Map(roots.map((root) => [Buffer.from(root.der).toString('base64'), root.der])).values()];
    },
    async revoke(actor, serial, reason) {
      await ca.revoke(actor, { serial }, reason);
    },
  };
}
