/** Ways to bend a chain. Each changes one thing, at random; several may be made to one chain. */
import type { NameSubtree } from '../../src/pki/certificate/build-extensions.ts';
import { emailProtection } from '../../src/pki/certificate/extended-key-usages.ts';
import { nullValue } from '../../src/pki/der/writer.ts';
import type { SanName } from '../../src/pki/name/build-general-name.ts';
import { anyPolicy, inhibitAnyPolicy, policy, policyConstraints, policyMappings } from '../support/policy-values.ts';
import { testTime } from '../support/verified.ts';
import { type CertificateSpec, type ChainSpec, caSpec, day, hostName } from './chain-spec.ts';
import type { Random } from './random.ts';

export type Mutation = (chain: ChainSpec, random: Random) => void;

export const mutations: Readonly<Record<string, Mutation>> = {
  expired: (chain, random) => {
    Object.assign(any(chain, random), {
      notBefore: testTime - 90 * day,
      notAfter: testTime - random.of([1, 50]) * day,
    });
  },
  'not yet valid': (chain, random) => {
    Object.assign(any(chain, random), {
      notBefore: testTime + random.of([1, 50]) * day,
      notAfter: testTime + 90 * day,
    });
  },
  'valid to the second': (chain, random) => {
    const second = testTime + random.of([-1000, 0, 1000]);
    const [notBefore, notAfter] = random.of([
      [second, testTime + day],
      [testTime - day, second],
    ]);
    Object.assign(any(chain, random), { notBefore, notAfter });
  },
  'another issuer name': (chain, random) => {
    any(chain, random).issuer = [{ type: 'CN', value: random.of(['Nobody', 'Root', 'CA 0', 'CA 1']) }];
  },
  'the issuer name written otherwise': (chain, random) => {
    const one = any(chain, random);
    one.issuer = one.issuer.map((field) => ({ ...field, value: disguise(field.value, random) }));
  },
  'an empty subject': (chain, random) => {
    any(chain, random).subject = [];
  },
  'another signer': (chain, random) => {
    any(chain, random).signer = random.below(8);
  },
  'a broken signature': (chain, random) => {
    any(chain, random).brokenSignature = true;
  },
  'signed with SHA-1': (chain, random) => {
    any(chain, random).digest = 'sha1';
  },
  'a weak or unusual key': (chain, random) => {
    rekey(chain, any(chain, random), random.of(['rsa-1024', 'prime192v1', 'secp256k1'] as const));
  },
  'another authority key identifier': (chain, random) => {
    any(chain, random).authorityKey = random.of([undefined, random.below(9)]);
  },
  'no subject key identifier': (chain, random) => {
    any(chain, random).subjectKeyIdentifier = false;
  },
  'version 1': (chain, random) => {
    any(chain, random).version1 = true;
  },
  'other basic constraints': (chain, random) => {
    const ca = random.chance(0.8);
    any(chain, random).extensions.basicConstraints = random.of([
      undefined,
      { ca },
      ...(ca ? [0, 1, 2].map((pathLength) => ({ ca, pathLength })) : []),
    ]);
  },
  'other key usage': (chain, random) => {
    any(chain, random).extensions.keyUsage = random.of([
      undefined,
      ['digitalSignature'] as const,
      ['keyEncipherment'] as const,
      ['keyCertSign'] as const,
      ['cRLSign'] as const,
      ['nonRepudiation'] as const,
    ]);
  },
  'other extended key usage': (chain, random) => {
    any(chain, random).extensions.extendedKeyUsage = random.of([
      undefined,
      ['serverAuth'] as const,
      ['clientAuth'] as const,
      ['codeSigning'] as const,
      ['2.5.29.37.0'] as const,
      [emailProtection, 'serverAuth'] as const,
    ]);
  },
  'an unknown extension': (chain, random) => {
    addOther(any(chain, random), { oid: '1.2.3.4.5', critical: random.chance(0.5), value: nullValue() });
  },
  'name constraints': (chain, random) => {
    const trees = () => Array.from({ length: 1 + random.below(2) }, () => random.of(subtrees));
    const some = random.of(['permitted', 'excluded', 'both'] as const);
    issuerOf(chain, random).extensions.nameConstraints = {
      ...(some !== 'excluded' && { permitted: trees() }),
      ...(some !== 'permitted' && { excluded: trees() }),
    };
  },
  'other names': (chain, random) => {
    const count = random.below(4);
    const names = Array.from({ length: count }, () => random.of(sanNames));
    chain.leaf.extensions.subjectAltName = count === 0 ? undefined : names;
    if (random.chance(0.5)) chain.host = random.of([hostName, 'sub.host.example.com', 'example.org']);
  },
  'a CA with names': (chain, random) => {
    issuerOf(chain, random).extensions.subjectAltName = [random.of(sanNames)];
  },
  policies: (chain, random) => {
    chain.policies ??= {
      initial: random.of([[anyPolicy], [policy(1)], [policy(1), policy(2)]]),
      explicit: random.chance(0.6),
      inhibitMapping: random.chance(0.15),
      inhibitAny: random.chance(0.15),
    };
    for (const one of [chain.leaf, ...chain.bag]) {
      const held = random.of([[1], [1, 2], [2], [0], [0, 1], []] as const);
      one.extensions.certificatePolicies = held.map((n) => ({ oid: n === 0 ? anyPolicy : policy(n) }));
    }
  },
  'policy mappings': (chain, random) => {
    const [from, to] = random.of([
      [1, 2],
      [2, 1],
      [1, 3],
      [3, 1],
    ] as const);
    addOther(issuerOf(chain, random), policyMappings([policy(from), policy(to)]));
  },
  'policy constraints': (chain, random) => {
    const requireExplicitPolicy = random.below(3);
    const inhibitPolicyMapping = random.below(3);
    const said = random.of([{ requireExplicitPolicy }, { inhibitPolicyMapping }]);
    addOther(issuerOf(chain, random), policyConstraints(said));
  },
  'anyPolicy inhibited': (chain, random) => {
    addOther(issuerOf(chain, random), inhibitAnyPolicy(random.below(3)));
  },
  'another order': (chain, random) => {
    chain.bag = random.shuffled(chain.bag);
  },
  'certificates twice': (chain) => {
    chain.bag = [...chain.bag, ...chain.bag];
  },
  'strangers in between': (chain, random) => {
    const strangers = [caSpec('Stranger', 7, undefined), caSpec('CA 0', 8, caSpec('Stranger', 7, undefined))];
    chain.bag = random.shuffled([...chain.bag, ...strangers]);
  },
  'the leaf and the root presented too': (chain) => {
    chain.bag = [chain.leaf, ...chain.trusted, ...chain.bag];
  },
  'a missing link': (chain, random) => {
    if (chain.bag.length > 0) chain.bag = chain.bag.toSpliced(random.below(chain.bag.length), 1);
  },
  'a trusted intermediate': (chain, random) => {
    if (chain.bag.length > 0) chain.trusted = [...(random.chance(0.5) ? chain.trusted : []), random.of(chain.bag)];
  },
  'a trusted leaf': (chain, random) => {
    chain.trusted = [...(random.chance(0.5) ? chain.trusted : []), chain.leaf];
  },
  'another root of the same name': (chain, random) => {
    const twin = { ...caSpec('Root', 6, undefined) };
    chain.trusted = random.shuffled([twin, ...chain.trusted]);
  },
  'an expired root of the same name and key': (chain, random) => {
    chain.trusted = random.shuffled([
      { ...caSpec('Root', 0, undefined), notBefore: testTime - 9 * day, notAfter: testTime - day },
      ...chain.trusted,
    ]);
  },
  'nothing but another root': (chain) => {
    chain.trusted = [caSpec('Another Root', 6, undefined)];
  },
  'a cross-sign': (chain, random) => {
    const other = caSpec('Other Root', 6, undefined);
    const crossed = chain.bag.length > 0 ? random.of(chain.bag) : caSpec('Root', 0, undefined);
    const cross = { ...crossed, issuer: other.subject, signer: other.key, authorityKey: other.key };
    if (random.chance(0.5)) Object.assign(cross, { notBefore: testTime - 9 * day, notAfter: testTime - day });
    chain.bag = random.shuffled([...chain.bag, cross]);
    if (random.chance(0.5)) chain.trusted = [...chain.trusted, other];
  },
  'a circle of CAs': (chain) => {
    const [a, b] = [caSpec('CA 0', 1, undefined), caSpec('CA 1', 2, undefined)];
    const turned = (of: CertificateSpec, by: CertificateSpec) => ({
      ...of,
      issuer: by.subject,
      signer: by.key,
      authorityKey: by.key,
    });
    chain.bag = [turned(a, b), turned(b, a), ...chain.bag];
  },
  'a renewed CA': (chain, random) => {
    if (chain.bag.length > 0) {
      const old = random.of(chain.bag);
      chain.bag = random.shuffled([...chain.bag, { ...old, notBefore: testTime - 9 * day, notAfter: testTime - day }]);
    }
  },
  'a self-issued CA': (chain) => {
    const issuer = chain.bag.at(-1) ?? chain.trusted[0];
    if (issuer === undefined) return;
    const rolled = { ...caSpec('unused', 5, issuer), subject: issuer.subject };
    chain.bag = [...chain.bag, rolled];
    Object.assign(chain.leaf, { signer: 5, authorityKey: 5 });
  },
};

/** What CRLs may be like; made to chains that are checked for revocation. */
export const crlMutations: Readonly<Record<string, Mutation>> = {
  'leaf revoked': (chain) => revoke(chain, chain.leaf),
  'a certificate revoked': (chain, random) => revoke(chain, random.of([chain.leaf, ...chain.bag])),
  'a CRL missing': (chain, random) => {
    if (chain.crls !== undefined && chain.crls.length > 0)
      chain.crls = chain.crls.toSpliced(random.below(chain.crls.length), 1);
  },
  'a CRL expired': (chain, random) => {
    for (const crl of one(chain.crls, random)) crl.nextUpdate = testTime - day / 2;
  },
  'a CRL of tomorrow': (chain, random) => {
    for (const crl of one(chain.crls, random)) crl.thisUpdate = testTime + day / 2;
  },
  'a CRL signed by another key': (chain, random) => {
    for (const crl of one(chain.crls, random)) crl.signer = 7;
  },
  'a CRL of another name': (chain, random) => {
    for (const crl of one(chain.crls, random)) crl.issuer = [{ type: 'CN', value: 'Nobody' }];
  },
  'an issuer that may not sign CRLs': (chain, random) => {
    issuerOf(chain, random).extensions.keyUsage = ['keyCertSign'];
  },
  'a CRL twice, once outdated': (chain, random) => {
    for (const crl of one(chain.crls, random))
      chain.crls?.push({ ...crl, revoked: [chain.leaf], nextUpdate: testTime - day / 2 });
  },
  'a second CRL that lists other certificates': (chain, random) => {
    for (const crl of one(chain.crls, random)) {
      chain.crls?.push({
        ...crl,
        number: crl.number + random.of([-1, 0, 1]),
        thisUpdate: crl.thisUpdate + random.of([-1, 1]) * (day / 2),
        revoked: crl.revoked.length > 0 ? [] : [chain.leaf, ...chain.bag],
      });
    }
  },
};

/** A CRL for every CA of the chain, nothing revoked. */
export function addCrls(chain: ChainSpec): void {
  chain.crls = [...chain.bag, ...chain.trusted]
    .filter((ca) => ca.extensions.basicConstraints?.ca === true)
    .map((ca) => ({
      issuer: ca.subject,
      signer: ca.key,
      thisUpdate: testTime - day,
      nextUpdate: testTime + day,
      number: 5,
      revoked: [],
    }));
}

const subtrees: readonly NameSubtree[] = [
  { kind: 'dns', value: 'example.com' },
  { kind: 'dns', value: 'host.example.com' },
  { kind: 'dns', value: 'EXAMPLE.com' },
  { kind: 'dns', value: '.example.com' },
  { kind: 'dns', value: 'example.org' },
  { kind: 'dns', value: '' },
  { kind: 'email', value: 'example.com' },
  { kind: 'email', value: '.example.com' },
  { kind: 'email', value: 'a@example.com' },
  { kind: 'uri', value: 'example.com' },
  { kind: 'uri', value: '.example.com' },
  { kind: 'ip', value: '10.0.0.0/8' },
  { kind: 'ip', value: '0.0.0.0/0' },
  { kind: 'ip', value: '2001:db8::/32' },
  { kind: 'directory', fields: [{ type: 'O', value: 'Differential' }] },
  { kind: 'directory', fields: [{ type: 'O', value: 'DIFFERENTIAL' }] },
  { kind: 'directory', fields: [{ type: 'CN', value: hostName }] },
];

const sanNames: readonly SanName[] = [
  { kind: 'dns', value: hostName },
  { kind: 'dns', value: 'HOST.Example.com' },
  { kind: 'dns', value: '*.example.com' },
  { kind: 'dns', value: '*.host.example.com' },
  { kind: 'dns', value: 'h*.example.com' },
  { kind: 'dns', value: '*.com' },
  { kind: 'dns', value: 'example.org' },
  { kind: 'dns', value: 'host.example.com\0.evil.org' },
  { kind: 'email', value: 'a@example.com' },
  { kind: 'email', value: 'A@EXAMPLE.com' },
  { kind: 'email', value: 'a@sub.example.com' },
  { kind: 'email', value: 'a@b@example.com' },
  { kind: 'uri', value: 'https://example.com/' },
  { kind: 'uri', value: 'sip:host.example.com' },
  { kind: 'uri', value: 'https://10.0.0.1/' },
  { kind: 'ip', value: '10.1.2.3' },
  { kind: 'ip', value: '192.0.2.1' },
  { kind: 'ip', value: '2001:db8::1' },
  { kind: 'directory', fields: [{ type: 'O', value: 'Differential' }] },
  { kind: 'srv', value: '_sip.example.com' },
];

function any(chain: ChainSpec, random: Random): CertificateSpec {
  return random.of([chain.leaf, chain.leaf, ...chain.bag, ...chain.trusted]);
}

function issuerOf(chain: ChainSpec, random: Random): CertificateSpec {
  return random.of([...chain.bag, ...chain.bag, ...chain.trusted]);
}

/** Gives a certificate another key, and what it signed another signature. */
function rekey(chain: ChainSpec, one: CertificateSpec, key: CertificateSpec['key']): void {
  const old = one.key;
  one.key = key;
  for (const below of [chain.leaf, ...chain.bag, ...chain.trusted]) {
    if (below.signer === old) below.signer = key;
    if (below.authorityKey === old) below.authorityKey = key;
  }
}

function addOther(one: CertificateSpec, extension: ReturnType<typeof policyMappings>): void {
  const others = one.extensions.other ?? [];
  if (others.every(({ oid }) => oid !== extension.oid)) one.extensions.other = [...others, extension];
}

function disguise(text: string, random: Random): string {
  return random.of([text.toUpperCase(), text.toLowerCase(), `  ${text} `, text.replaceAll(' ', '   '), `${text}.`]);
}

function revoke(chain: ChainSpec, certificate: CertificateSpec): void {
  for (const crl of chain.crls ?? []) {
    if (crl.signer === certificate.signer) crl.revoked = [...crl.revoked, certificate];
  }
}

function one<T>(list: readonly T[] | undefined, random: Random): readonly T[] {
  return list === undefined || list.length === 0 ? [] : [random.of(list)];
}
