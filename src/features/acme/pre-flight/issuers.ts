/** The CA certificates of a provider: whether they are trusted here, and what traversal clients have to trust too. */
import { rootCertificates } from 'node:tls';
import { equalBytes } from '../../../lib/bytes.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { decodePem } from '../../../pki/pem.ts';
import type { Slot } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import { certificatesOf, parseAll } from '../orders/order-context.ts';
import type { Provider } from '../providers/provider.ts';
import { fingerprintOf } from '../renewal/fingerprint-of.ts';
import type { AcmeCheckRow } from '../schemas.ts';
import { knownOf } from '../slots/slot-facts.ts';
import { issuerOf } from '../slots/slot-state.ts';
import { checkRow } from './check-row.ts';

/**
 * Those that are known: of the provider's CA file, above the certificates that it has issued here, the roots of the
 * private CA, and the roots of the built-in provider.
 */
export async function issuersOf(deps: AcmeDeps, slot: Slot, provider: Provider): Promise<readonly Certificate[]> {
  const { state, pending, served } = await knownOf(deps, slot);
  const chains = [pending, served].flatMap((one) =>
    one !== undefined && issuerOf(state, fingerprintOf(one.leaf)) === provider.id ? one.chain : [],
  );
  const own = provider.kind === 'private-ca' ? parseAll((await deps.privateCa?.roots()) ?? []) : [];
  const file = certificatesOf(provider.caPem).filter((one) => one.basicConstraints?.ca === true);
  const all = [...file, ...own, ...builtInRoots(provider), ...chains];
  return all.filter((one, i) => all.findIndex((other) => equalBytes(other.der, one.der)) === i);
}

/** Whether they are in the trusted CA list, and what others than this gateway need. */
export async function issuersRows(deps: AcmeDeps, slot: Slot, provider: Provider): Promise<readonly AcmeCheckRow[]> {
  const trusted = await deps.trustedCas.issuers();
  const known = await issuersOf(deps, slot, provider);
  const missing = known.filter((one) => !trusted.some((other) => equalBytes(other.der, one.der)));
  return [hereRow(known.length, missing.length), clientsRow(known.length)];
}

function hereRow(known: number, missing: number): AcmeCheckRow {
  const title = 'Root and intermediates are trusted here';
  if (missing > 0) {
    const words = `CA certificates of the provider that are not in the trusted CA list: ${missing}.`;
    return checkRow('issuers', title, 'warning', words, 'Append them with one click.', 'append-issuers');
  }
  if (known > 0) return checkRow('issuers', title, 'good', `Those that are known (${known}) are there.`);
  const hint = 'Append its root to the trusted CA list, or enter it as CA file.';
  return checkRow('issuers', title, 'unknown', 'The CA certificates of this provider are not known yet.', hint);
}

function clientsRow(known: number): AcmeCheckRow {
  const title = 'Root and intermediates are trusted on traversal clients';
  const words = 'Traversal clients keep lists of their own, which cannot be seen from here.';
  if (known === 0)
    return checkRow('traversal-clients', title, 'unknown', words, 'Append the root of the CA there too.');
  const hint = 'Append the file there; the secure traversal test then says whether it was done.';
  return checkRow('traversal-clients', title, 'unknown', words, hint, 'download-issuers');
}

/** Its certificates end at these, and the bundle of this Node holds them. */
function builtInRoots({ id }: Provider): readonly Certificate[] {
  if (id !== 'letsencrypt') return [];
  bundled ??= parseAll(
    rootCertificates.flatMap((pem) => {
      const blocks = decodePem(pem);
      return blocks.ok ? blocks.value.map(({ der }) => der) : [];
    }),
  ).filter(({ subject }) => subject.rdns.flat().some(({ value }) => /^ISRG Root /.test(value)));
  return bundled;
}

let bundled: readonly Certificate[] | undefined;
