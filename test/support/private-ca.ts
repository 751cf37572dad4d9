/** A private CA over a storage of its own, without publishing: for tests of authorities, issuing and records. */
import type { KeyObject } from 'node:crypto';
import type { TestContext } from 'node:test';
import { createPrivateCa, type PrivateCaDeps } from '../../src/features/private-ca/create-private-ca.ts';
import type { IssueRequest, NameLimits, PrivateCa } from '../../src/features/private-ca/private-ca.ts';
import { createTrustedCa } from '../../src/features/trusted-ca/trusted-ca.ts';
import { Problem } from '../../src/lib/problem.ts';
import { Secret } from '../../src/lib/secret.ts';
import { type Certificate, parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { buildCsr, type CsrContents } from '../../src/pki/csr/build.ts';
import { generateKey, type KeyAlgorithm } from '../../src/pki/key/generate.ts';
import { openTemporaryStorage, type TestClock, testAdministrator } from './temporary-storage.ts';

export const rootPassphrase = new Secret('correct horse battery staple');

export interface PrivateCaOptions extends Partial<Pick<PrivateCaDeps, 'zlint' | 'settings' | 'nextCrlNumber'>> {
  readonly algorithm?: KeyAlgorithm;
  readonly constraints?: NameLimits | null;
  readonly days?: number;
  readonly partitions?: number;
  readonly clock?: TestClock;
  /** Empty: there is none. */
  readonly base?: string;
}

/** Storage, clock and an empty private CA. */
export async function openPrivateCa(context: Pick<TestContext, 'after'>, options: PrivateCaOptions = {}) {
  const { clock: given, base = 'http://pki.example.com', algorithm: _, constraints: __, ...deps } = options;
  const opened = await openTemporaryStorage(context, ...(given === undefined ? [] : [given]));
  const { storage, clock, events } = opened;
  const trustedCas = createTrustedCa({ storage, clock, events, publicRoots: [] });
  const open = () => createPrivateCa({ ...deps, storage, clock, events, trustedCas, ownUrl: async () => base });
  return { ...opened, trustedCas, ca: open(), reopen: open };
}

/** The same with a root and an intermediate for example.com. */
export async function startPrivateCa(context: Pick<TestContext, 'after'>, options: PrivateCaOptions = {}) {
  const opened = await openPrivateCa(context, options);
  const { algorithm = 'ec-p256', days = 1_825, partitions = 0 } = options;
  const constraints = options.constraints === undefined ? exampleLimits : options.constraints;
  const { root, intermediate } = await makeAuthorities(opened.ca, { algorithm, days, partitions, constraints });
  return {
    ...opened,
    root,
    intermediate,
    /** Issues for a request made here; the certificate parsed as well. */
    issue: (names: readonly string[], more: Partial<IssueRequest> = {}) => issueTo(opened.ca, names, more),
  };
}

export const exampleLimits: NameLimits = { dns: ['example.com'], ip: [], email: [] };

export async function makeAuthorities(
  ca: PrivateCa,
  {
    algorithm,
    constraints,
    days,
    partitions,
  }: Required<Pick<PrivateCaOptions, 'algorithm' | 'constraints' | 'days' | 'partitions'>>,
) {
  const common = { algorithm, passphrase: rootPassphrase };
  const root = await ca.createRoot(testAdministrator, {
    ...common,
    days: 3_650,
    trust: false,
    subject: [
      { type: 'O', value: 'Example' },
      { type: 'CN', value: 'Example Root' },
    ],
  });
  const intermediate = await ca.createIntermediate(testAdministrator, {
    ...common,
    days,
    constraints,
    partitions,
    parent: root.id,
    subject: [{ type: 'CN', value: 'Example Issuing CA' }],
  });
  return { root, intermediate };
}

export async function issueTo(ca: PrivateCa, names: readonly string[], more: Partial<IssueRequest> = {}) {
  const { csr, key } = more.csr === undefined ? await makeCsr(names) : { csr: more.csr, key: undefined };
  const issued = await ca.issue(testAdministrator, { template: 'web-client-server', source: 'upload', ...more, csr });
  return { ...issued, key, parsed: readCertificate(issued.certificate) };
}

/** A request for these DNS names, the first as common name, with a new key. */
export async function makeCsr(
  names: readonly string[],
  more: Partial<CsrContents> & { readonly algorithm?: KeyAlgorithm } = {},
): Promise<{ readonly csr: Uint8Array; readonly key: KeyObject }> {
  const { algorithm = 'ec-p256', ...contents } = more;
  const key = contents.key ?? (await generateKey(algorithm)).privateKey;
  const csr = buildCsr({
    subject: names[0] === undefined ? [] : [{ type: 'CN', value: names[0] }],
    names: names.map((value) => ({ kind: 'dns', value })),
    extendedKeyUsage: [],
    keyUsage: [],
    digest: 'sha256',
    ...contents,
    key,
  });
  return { csr, key };
}

export function readCertificate(der: Uint8Array): Certificate {
  const parsed = parseCertificate(der);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

/** DNS names and the others as `kind:value`. */
export function sanOf(certificate: Certificate): string[] {
  return (certificate.subjectAltName ?? []).map((name) =>
    name.kind === 'ip' ? `ip:${name.text}` : `${name.kind}:${'value' in name ? String(name.value) : ''}`,
  );
}

/** For assert.rejects: a Problem of this code. */
export function problem(code: string, detail?: RegExp): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof Problem) || error.details.code !== code) throw error;
    if (detail !== undefined && !detail.test(error.details.detail ?? '')) throw error;
    return true;
  };
}
