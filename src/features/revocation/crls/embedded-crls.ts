/** The CRLs that came with the trusted CA list, with the key that signed each; worked out once for each state of the list. */
import { toHex } from '../../../lib/bytes.ts';
import { fingerprint } from '../../../pki/certificate/certificate.ts';
import { LoadedCrl } from '../../../pki/crl/loaded-crl.ts';
import { equalNames } from '../../../pki/name/distinguished-name.ts';
import type { TrustedCaFeature } from '../../trusted-ca/trusted-ca.ts';
import type { OfferedCrl } from '../evidence.ts';

export class EmbeddedCrls {
  readonly #list: Pick<TrustedCaFeature, 'issuers' | 'embeddedCrls'>;
  #known: Promise<readonly OfferedCrl[]> | undefined;

  constructor(list: Pick<TrustedCaFeature, 'issuers' | 'embeddedCrls'>) {
    this.#list = list;
  }

  /** The list has changed. */
  forget(): void {
    this.#known = undefined;
  }

  list(): Promise<readonly OfferedCrl[]> {
    this.#known ??= this.#read().catch((error: unknown) => {
      this.#known = undefined;
      throw error;
    });
    return this.#known;
  }

  async #read(): Promise<readonly OfferedCrl[]> {
    const issuers = await this.#list.issuers();
    return (await this.#list.embeddedCrls()).flatMap((crl): OfferedCrl[] => {
      const loaded = new LoadedCrl(crl, 'embedded: the trusted CA list');
      const signer = issuers.find((issuer) => equalNames(issuer.subject, crl.issuer) && loaded.signedBy(issuer));
      if (signer === undefined) return [];
      return [
        {
          crl: loaded,
          source: 'embedded',
          signedBy: toHex(fingerprint(signer.publicKeyInfo)),
          delta: crl.baseCrlNumber !== undefined,
          thisUpdate: crl.thisUpdate,
          nextUpdate: crl.nextUpdate,
        },
      ];
    });
  }
}
