/** The refusals that come before any path is looked for, in the shape of the engine's own table. */
import type { UsageCode } from './decision.ts';

export const usageRefusals = {
  'verification.no-certificate': {
    clause: 'RFC 8446 4.4.2.4',
    next: 'Have the peer configured to present a certificate.',
  },
  'verification.unreadable': {
    clause: 'RFC 5280 4.1',
    next: 'The certificate is badly made or damaged: ask for a new one.',
  },
  'verification.too-many-certificates': {
    clause: 'tls.peerChain.certs',
    next: 'Have the peer present its own chain only, not a bundle of CAs.',
  },
  'verification.name-malformed': {
    clause: 'RFC 9525 6.2',
    next: 'Write the name as a host, an IP address, sip:domain or _service.domain.',
  },
  'verification.no-trust': {
    clause: 'RFC 5280 6.1.1 (d)',
    next: 'Add the root CA certificate of the peer; an intermediate alone is not enough.',
  },
} as const satisfies Record<UsageCode, { clause: string; next: string }>;
