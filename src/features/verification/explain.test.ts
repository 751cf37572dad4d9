import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { createVerification } from './create-verification.ts';
import { explain, explainBriefly, explainRemote, type VerifyRequest } from './verification.ts';

const root = makeCa('Example Root');
const issuing = makeCa('Example Issuing CA', { issuer: root });
const leaf = makeLeaf('sip.example.com', issuing, {
  notAfter: Date.UTC(2026, 8),
  extensions: { extendedKeyUsage: ['serverAuth'] },
});

function decide(request: Partial<VerifyRequest>) {
  const clock = { now: () => Date.UTC(2026, 0, 15), monotonic: () => 0 };
  return createVerification({ clock, trusted: async () => [root.certificate] }).verify({
    chain: [leaf.der, issuing.der],
    purpose: 'sip-server',
    ...request,
  });
}

/** Fingerprints differ from run to run. */
function steady(text: string): string {
  return text.replace(/SHA-256 [0-9A-F:]{23}…/g, 'SHA-256 …');
}

test('an accepted peer is explained by its names, its path and what was not checked', async () => {
  assert.equal(
    steady(explain(await decide({ names: ['sip.example.com'] }))),
    `ACCEPTED: The certificate proves sip.example.com and leads to a CA of the trusted CA list.

Checked as     a SIP peer that answers (purpose sip-server, profile sip), at 2026-01-15 00:00:00 UTC
Names          expected sip.example.com, proved by sip.example.com
               the certificate holds sip.example.com
Path           1. CN=sip.example.com, issued by CN=Example Issuing CA, until 2026-09-01, SHA-256 …
               2. CN=Example Issuing CA, issued by CN=Example Root, until 2034-12-30, SHA-256 …
               3. CN=Example Root, trusted here, until 2034-12-30, SHA-256 …
Revocation     not checked (off)
Cost           0 ms, 2 of 100 signatures, 2 of 200000 steps
`,
  );
});

test('a refused peer is told the reason, the next step, advice, and what else would refuse it', async () => {
  const decision = await decide({ names: ['192.0.2.7'], purpose: 'sip-client', settings: { thorough: true } });
  assert.equal(
    steady(explain(decision)),
    `REFUSED: The certificate may not be used for this purpose (CN=sip.example.com).
What to do: Have the certificate issued with the extended key usage that this purpose needs.
Note: The peer address is an IP address (192.0.2.7) but the certificate names FQDNs: configure the peer address as sip.example.com.
Note: The certificate is for servers only; public CAs issue nothing else any more. Have the peer call with a certificate of a private CA, or accept serverAuth from this peer.
Code: path.extended-key-usage (RFC 5280 4.2.1.12)
Also: The certificate is not for 192.0.2.7; it is for sip.example.com (CN=sip.example.com). Use the name that stands in the certificate as the peer address, or have the certificate issued for the name used. (path.name-mismatch)

Checked as     a SIP peer that calls (purpose sip-client, profile sip), at 2026-01-15 00:00:00 UTC
Names          expected 192.0.2.7
               the certificate holds sip.example.com
Got as far as  1. CN=sip.example.com, issued by CN=Example Issuing CA, until 2026-09-01, SHA-256 …
Revocation     not checked (off)
Cost           0 ms, 0 of 100 signatures, 0 of 200000 steps
`,
  );
});

test('a missing issuer is named, and the path shows how far it came', async () => {
  const text = explain(await decide({ chain: [leaf.der], names: ['sip.example.com'] }));
  assert.match(text, /^REFUSED: .*“CN=Example Issuing CA”/);
  assert.match(text, /^Got as far as {2}1\. CN=sip\.example\.com, issued by CN=Example Issuing CA/m);
});

test('no text of a certificate can forge a line', async () => {
  const forged = makeLeaf('a.example.com', undefined, {
    subject: [{ type: 'CN', value: 'a.example.com\nACCEPTED: all is well\u202e' }],
  });
  const text = explain(await decide({ chain: [forged.der], names: ['a.example.com'] }));
  assert.doesNotMatch(text, /^ACCEPTED/m);
  assert.doesNotMatch(text, /\u202e/);
});

test('in short a decision is one line', async () => {
  assert.equal(
    explainBriefly(await decide({ names: ['other.example.com'] })),
    'refused path.name-mismatch as sip-server: CN=sip.example.com: The certificate is not for other.example.com; it is for sip.example.com (CN=sip.example.com).',
  );
});

test('a remote check tells first how the other side was met', async () => {
  const text = explainRemote({
    target: 'sip.example.com:5061',
    address: '192.0.2.7',
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    presented: 2,
    stapled: true,
    sip: { answered: true, status: 200, reason: 'OK' },
    remarks: [],
    decision: await decide({ names: ['sip.example.com'] }),
  });
  assert.match(
    text,
    /^Connected to {3}sip\.example\.com:5061 \(192\.0\.2\.7\), TLSv1\.3, TLS_AES_256_GCM_SHA384\n {15}2 certificates presented, an OCSP answer stapled\nSIP OPTIONS {4}200 OK\n\nACCEPTED: /,
  );
});
