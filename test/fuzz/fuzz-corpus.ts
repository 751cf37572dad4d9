/** Good structures for damaging: certificates, CRLs and OCSP answers with much in them, and whom to ask about each. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { ExtensionValues } from '../../src/pki/certificate/build-extensions.ts';
import { type Certificate, parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { parseCrl } from '../../src/pki/crl/crl.ts';
import { crlStatus } from '../../src/pki/crl/crl-status.ts';
import { CrlCollection, loadCrl } from '../../src/pki/crl/loaded-crl.ts';
import { checkKey } from '../../src/pki/key/check.ts';
import { matchName } from '../../src/pki/name/match-name.ts';
import { parseOcspResponse } from '../../src/pki/ocsp/ocsp.ts';
import { ocspStatus } from '../../src/pki/ocsp/ocsp-status.ts';
import { rfc5280, sip } from '../../src/pki/path/profile.ts';
import { TrustStore } from '../../src/pki/path/trust-store.ts';
import { verifyPath } from '../../src/pki/path/verify-path.ts';
import { certificateText } from '../../src/pki/text/certificate-text.ts';
import { crlText } from '../../src/pki/text/crl-text.ts';
import { ocspText } from '../../src/pki/text/ocsp-text.ts';
import { makeCa, makeLeaf } from '../support/made-certificates.ts';
import { crlTime, distributionPoints, flag, makeCrlDer, uriPoint } from '../support/made-crls.ts';
import { makeOcsp } from '../support/made-ocsp.ts';
import { policy, policyConstraints, policyMappings } from '../support/policy-values.ts';
import { testTime } from '../support/verified.ts';

export interface FuzzSubject {
  readonly name: 'certificate' | 'CRL' | 'OCSP answer';
  readonly der: Uint8Array;
  /** Reads, judges and prints it in every way. */
  accepts(der: Uint8Array): FuzzOutcome;
}

export interface FuzzOutcome {
  /** Whether it got past the reader. */
  readonly read: boolean;
  /** The octets that the accepted signature covers; undefined when refused. */
  readonly signed?: Uint8Array | undefined;
}

const unreadable: FuzzOutcome = { read: false };

const root = makeCa('Fuzz Root');
const much: ExtensionValues = {
  extendedKeyUsage: ['serverAuth', 'clientAuth'],
  subjectAltName: [
    { kind: 'dns', value: 'host.example.com' },
    { kind: 'dns', value: '*.example.com' },
    { kind: 'ip', value: '2001:db8::1' },
    { kind: 'email', value: 'a@example.com' },
    { kind: 'uri', value: 'sip:example.com' },
    { kind: 'srv', value: '_sip._tls.example.com' },
    { kind: 'xmpp', value: 'example.com' },
    { kind: 'directory', fields: [{ type: 'O', value: 'Exämple' }] },
  ],
  certificatePolicies: [{ oid: policy(1), cps: 'https://example.com/cps' }, { oid: policy(2) }],
  crlDistributionPoints: ['http://crl.example.com/a.crl', 'http://crl.example.com/b.crl'],
  authorityInfoAccess: { ocsp: ['http://ocsp.example.com/'], caIssuers: ['http://ca.example.com/ca.der'] },
  tlsFeature: [5],
};
const limits: ExtensionValues = {
  basicConstraints: { ca: true, pathLength: 3 },
  nameConstraints: {
    permitted: [
      { kind: 'dns', value: 'example.com' },
      { kind: 'email', value: 'example.com' },
      { kind: 'uri', value: 'example.com' },
      { kind: 'directory', fields: [{ type: 'CN', value: 'host.example.com' }] },
      { kind: 'directory', fields: [{ type: 'O', value: 'Exämple' }] },
    ],
    excluded: [{ kind: 'ip', value: '10.0.0.0/8' }],
  },
  certificatePolicies: [{ oid: policy(1) }],
  other: [policyConstraints({ requireExplicitPolicy: 4 }), policyMappings([policy(1), policy(1)])],
};
const ca = makeCa('Fuzz CA', { issuer: root, extensions: limits });

/** Every structure, each judged with the others intact. */
export function fuzzSubjects(): readonly FuzzSubject[] {
  const keys: readonly (KeyObject | undefined)[] = [
    undefined,
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    generateKeyPairSync('ed25519').privateKey,
  ];
  const leaves = keys.map((key) => makeLeaf('host.example.com', ca, { ...(key && { key }), extensions: much }));
  const leaf = leaves[0]!;
  const entries = Array.from({ length: 40 }, (_, i) => ({ serial: Uint8Array.of(1, i), reason: 1 + (i % 5) }));
  const pointed = makeLeaf('host.example.com', ca, {
    extensions: { other: [{ oid: '2.5.29.31', value: distributionPoints([uriPoint('http://a/')]) }] },
  });
  const responder = makeLeaf('responder', ca, { extensions: { extendedKeyUsage: ['ocspSigning'], ocspNoCheck: true } });
  const single = { certificate: leaf.certificate, issuer: ca.certificate };
  return [
    ...leaves.map(({ der }) => certificateSubject(der, [ca.certificate])),
    { ...certificateSubject(ca.der, []), accepts: acceptsCa(leaf.certificate) },
    crlSubject(makeCrlDer(ca, { entries }), leaf.certificate),
    crlSubject(makeCrlDer(ca, { entries, scope: [uriPoint('http://a/'), flag(1)] }), pointed.certificate),
    ocspSubject(makeOcsp({ singles: [single], signer: ca }), leaf.certificate),
    ocspSubject(
      makeOcsp({
        singles: [single],
        signer: responder,
        byKey: true,
        certificates: [responder],
        nonce: Uint8Array.of(1, 2),
      }),
      leaf.certificate,
    ),
  ];
}

const trust = new TrustStore([root.certificate]);

function certificateSubject(der: Uint8Array, intermediates: readonly Certificate[]): FuzzSubject {
  return {
    name: 'certificate',
    der,
    accepts(changed) {
      const parsed = parseCertificate(changed, { deferExtensions: true });
      if (!parsed.ok) return unreadable;
      const leaf = parsed.value;
      certificateText(leaf);
      checkKey(leaf.publicKey, 'peer');
      if (leaf.checkExtensions() === undefined) {
        matchName(leaf, { kind: 'dns', host: 'host.example.com' }, { wildcards: true, commonName: true });
      }
      const good = [rfc5280, sip].some(
        (profile) =>
          verifyPath({ leaf, intermediates, trust, time: testTime, profile, extendedKeyUsages: [] }).accepted,
      );
      return { read: true, signed: good ? leaf.der : undefined };
    },
  };
}

/** The changed certificate stands in the middle of a path. */
function acceptsCa(leaf: Certificate): FuzzSubject['accepts'] {
  return (changed) => {
    const parsed = parseCertificate(changed, { deferExtensions: true });
    if (!parsed.ok) return unreadable;
    const request = { leaf, intermediates: [parsed.value], trust, time: testTime, profile: sip, extendedKeyUsages: [] };
    const policies = { ...request, profile: { ...sip, policies: true } };
    const good = verifyPath(request).accepted || verifyPath(policies).accepted;
    return { read: true, signed: good ? parsed.value.der : undefined };
  };
}

const crlRules = { algorithms: 'current', conformingIssuer: false } as const;

function crlSubject(der: Uint8Array, certificate: Certificate): FuzzSubject {
  return {
    name: 'CRL',
    der,
    accepts(changed) {
      const parsed = parseCrl(changed);
      if (parsed.ok) {
        try {
          crlText(parsed.value);
        } catch (thrown) {
          // text of entries that only the index refuses
          if (!(thrown instanceof Error) || thrown.name !== 'PkiRefusal') throw thrown;
        }
      }
      const loaded = loadCrl(changed, 'fuzz');
      if (!loaded.ok) return unreadable;
      const crls = new CrlCollection([loaded.value]);
      const request = { certificate, issuer: ca.certificate, crls, time: crlTime, rules: crlRules };
      return { read: true, signed: crlStatus(request).status === 'unknown' ? undefined : changed };
    },
  };
}

function ocspSubject(der: Uint8Array, certificate: Certificate): FuzzSubject {
  return {
    name: 'OCSP answer',
    der,
    accepts(changed) {
      const parsed = parseOcspResponse(changed);
      if (parsed.ok) ocspText(parsed.value);
      const answer = { der: changed, source: 'fuzz' };
      const rules = { algorithms: 'current' } as const;
      const request = { certificate, issuer: ca.certificate, answer, time: crlTime, rules };
      const { status } = ocspStatus(request);
      const signed = parsed.ok ? parsed.value.basic?.tbs : undefined;
      return { read: parsed.ok, signed: status === 'unknown' ? undefined : signed };
    },
  };
}
