/** Certificates: downloaded, revoked, and when the CA would like them renewed (RFC 8555 7.4.2, 7.6, RFC 9773). */
import type { AcmeClient, AcmeClientDeps } from './acme-client.ts';
import { AcmeProblem } from './acme-problem.ts';
import { topIssuerName } from './preferred-chain.ts';
import { readRenewalInfo } from './resource/renewal-info.ts';
import { reasonCodes } from './resource/revocation-reason.ts';
import type { HttpsAnswer } from './wire/https-transport.ts';
import { linkTargets } from './wire/link-header.ts';
import { clampedTime, retryAfter } from './wire/retry-after.ts';
import { header, type SignedRequests } from './wire/signed-requests.ts';

type CertificateRequests = Pick<AcmeClient, 'certificate' | 'revoke' | 'renewalInfo'>;

export function certificateRequests(
  requests: SignedRequests,
  { clock }: Pick<AcmeClientDeps, 'clock'>,
): CertificateRequests {
  const download = async (url: string): Promise<HttpsAnswer> =>
    requests.post(url, undefined, { accept: 'application/pem-certificate-chain', maxBytes: chainLimit });
  return {
    certificate: async (url, { preferredChain } = {}) => {
      const first = await download(url);
      const alternates = linkTargets(header(first, 'link'), 'alternate', requests.checkUrl(url)).slice(
        0,
        mostAlternates,
      );
      const usual = { pem: first.body, alternates, preferred: false };
      if (preferredChain === undefined || topIssuerName(first.body) === preferredChain) return usual;
      for (const alternate of alternates) {
        const { body } = await download(alternate);
        if (topIssuerName(body) === preferredChain) return { pem: body, alternates, preferred: true };
      }
      // better another chain than none
      return usual;
    },
    revoke: async (certificate, reason = 'unspecified', certificateKey) => {
      const { revokeCert } = await requests.directory();
      const payload = {
        certificate: Buffer.from(certificate).toString('base64url'),
        ...(reason !== 'unspecified' && { reason: reasonCodes[reason] }),
      };
      try {
        await requests.post(revokeCert, payload, certificateKey === undefined ? {} : { shownKey: certificateKey });
      } catch (error) {
        // RFC 8555 7.6: it is revoked, which is what was wanted
        if (error instanceof AcmeProblem && error.failure.document?.type === 'alreadyRevoked') return;
        throw error;
      }
    },
    renewalInfo: async (certificateId) => {
      const { renewalInfo } = await requests.directory();
      if (renewalInfo === undefined)
        throw new AcmeProblem('acme.not-offered', 'The CA does not say when certificates should be renewed.');
      const answer = await requests.get(`${renewalInfo.replace(/\/$/, '')}/${certificateId}`);
      const now = clock.now();
      const wanted = retryAfter(header(answer, 'retry-after'), now) ?? now + 6 * hour;
      return {
        info: readRenewalInfo(requests.object(answer, 'The renewal information')),
        askAgainAt: clampedTime(wanted, now, minute, 24 * hour),
      };
    },
  };
}

const chainLimit = 64 * 1024;
const mostAlternates = 10;
const minute = 60_000;
const hour = 60 * minute;
