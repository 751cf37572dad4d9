/** Makes roots and intermediates, takes certificates that other CAs made, and rotates intermediates. */
import { randomBytes } from 'node:crypto';
import type { Actor } from '../../../lib/actor.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { joinDer } from '../../../pki/certificate/chain-bytes.ts';
import { buildCsr } from '../../../pki/csr/build.ts';
import { generateKey } from '../../../pki/key/generate.ts';
import type { SubjectField } from '../../../pki/name/build-name.ts';
import type { Storage } from '../../../storage/storage.ts';
import { recordAudit } from '../../audit/audit.ts';
import type { TrustedCaFeature } from '../../trusted-ca/trusted-ca.ts';
import { digestFor } from '../issue/leaf-writer.ts';
import { certificateRow } from '../issued/certificate-row.ts';
import { wrongState } from '../problems.ts';
import type { PublicUrls } from '../public-urls.ts';
import { type AuthorityRow, insertAuthority, insertCertificates, updateAuthority } from '../store.ts';
import type { Authority } from './authority.ts';
import type { AuthorityKeys } from './authority-keys.ts';
import { authorityFaults, buildAuthority, checkAuthority } from './build-authority.ts';
import { passphraseFaults } from './passphrase-rules.ts';
import type { IntermediateRequest, RootRequest } from './requests.ts';

export interface AuthorityWork {
  readonly storage: Storage;
  readonly keys: AuthorityKeys;
  readonly now: () => number;
  readonly trustedCas: Pick<TrustedCaFeature, 'addWithin'>;
  readonly urls: (authority: Authority, partition: number) => Promise<Partial<PublicUrls>>;
  /** The stored row, with its key. Throws `private-ca.no-authority` (404). */
  readonly row: (id: string) => Promise<AuthorityRow>;
  readonly authority: (id: string) => Promise<Authority>;
}

const day = 86_400_000;

/** Answers the id of the new root. */
export async function makeRoot(work: AuthorityWork, actor: Actor, request: RootRequest): Promise<string> {
  const now = work.now();
  const notAfter = now + request.days * day;
  const faults = [...authorityFaults(request), ...passphraseFaults(request.passphrase)];
  checkAuthority(faults, notAfter, request.confirmed2050);
  const { privateKey, publicKeyInfo } = await generateKey(request.algorithm);
  const { subject } = request;
  const constraints = request.constraints ?? null;
  const certificate = buildAuthority({ subject, publicKeyInfo, notAfter, constraints, ownKey: privateKey }, now);
  const row: AuthorityRow = {
    ...emptyRow(subject, publicKeyInfo, now),
    ...(await work.keys.lock(privateKey, request.passphrase)),
    role: 'root',
    state: 'active',
    certificate: certificate.der,
    not_after: certificate.notAfter,
  };
  await store(work, actor, row, certificate, request.trust);
  return row.id;
}

/** Answers the id; without a parent the authority is `pending`. */
export async function makeIntermediate(
  work: AuthorityWork,
  actor: Actor,
  request: IntermediateRequest,
  replaces?: Authority,
): Promise<string> {
  const now = work.now();
  const parent = request.parent === undefined ? undefined : await work.authority(request.parent);
  const notAfter = Math.min(now + request.days * day, parent?.notAfter ?? Number.POSITIVE_INFINITY);
  checkAuthority(authorityFaults(request), notAfter, request.confirmed2050);
  if (parent !== undefined) checkParent(parent, now);
  const parentKey = parent && (await work.keys.open(await work.row(parent.id), request.passphrase));
  const { privateKey, publicKeyInfo } = await generateKey(request.algorithm);
  const { subject, partitions } = request;
  const id = newId();
  const common = {
    ...emptyRow(subject, publicKeyInfo, now),
    ...work.keys.seal(id, privateKey),
    id,
    partitions,
    role: 'intermediate' as const,
  };
  if (parent?.certificate === undefined || parentKey === undefined) {
    const digest = digestFor(privateKey.asymmetricKeyDetails?.namedCurve);
    const keyUsage = ['digitalSignature', 'keyCertSign', 'cRLSign'] as const;
    const csr = buildCsr({ subject, names: [], extendedKeyUsage: [], keyUsage, digest, key: privateKey });
    await storeIntermediate(work, actor, { ...common, state: 'pending', csr, not_after: 0 }, replaces);
    return id;
  }
  const path = [parent.certificate, ...parent.above];
  const issuer = { path, key: parentKey, urls: await work.urls(parent, 0) };
  const { constraints } = request;
  const certificate = buildAuthority(
    { subject, publicKeyInfo, notAfter, constraints, issuer, ownKey: privateKey },
    now,
  );
  const row: AuthorityRow = {
    ...common,
    state: 'active',
    parent: parent.id,
    certificate: certificate.der,
    chain: joinDer(path),
    not_after: certificate.notAfter,
  };
  await storeIntermediate(work, actor, row, replaces, { certificate, parent });
  return id;
}

function checkParent(parent: Authority, now: number): void {
  const { certificate, label, state } = parent;
  if (state !== 'active' || certificate === undefined || certificate.notAfter <= now) {
    throw wrongState(`${label} issues no more.`, 'Choose a root that is active.');
  }
  // RFC 5280 4.2.1.9
  if (certificate.basicConstraints?.pathLength === 0) {
    throw wrongState(`${label} may not have an authority below it.`, 'Choose a root, not an intermediate.');
  }
}

async function store(
  work: AuthorityWork,
  actor: Actor,
  row: AuthorityRow,
  certificate: Certificate,
  trust: boolean,
): Promise<void> {
  await work.storage.transaction(async (trx) => {
    failPoint('private-ca.authority');
    await insertAuthority(trx, row);
    if (trust) await work.trustedCas.addWithin(trx, actor, [certificate]);
    const detail = { label: row.label, role: row.role, notAfter: new Date(row.not_after).toISOString() };
    await recordAudit(trx, actor, { action: 'private-ca.create', object: row.id, after: certificate.der, detail });
    failPoint('private-ca.authority-written');
  });
}

/** One transaction: the new authority, its parent's record of it, and the end of the one it replaces. */
async function storeIntermediate(
  work: AuthorityWork,
  actor: Actor,
  row: AuthorityRow,
  replaces: Authority | undefined,
  signed?: { readonly certificate: Certificate; readonly parent: Authority },
): Promise<void> {
  await work.storage.transaction(async (trx) => {
    failPoint('private-ca.authority');
    await insertAuthority(trx, row);
    if (signed !== undefined) {
      const { certificate, parent } = signed;
      const issue = { certificate, authority: parent.id, template: '', source: 'authority' as const, partition: 0 };
      await insertCertificates(trx, [certificateRow({ ...issue, names: [], issuedBy: actor.name, now: work.now() })]);
    }
    if (replaces !== undefined) {
      const retired = row.state === 'active' ? { state: 'retired' as const } : {};
      await updateAuthority(trx, replaces.id, { replaced_by: row.id, ...retired });
    }
    const action = replaces === undefined ? 'private-ca.create' : 'private-ca.rotate';
    const detail = { label: row.label, role: row.role, state: row.state, replaces: replaces?.id ?? null };
    await recordAudit(trx, actor, { action, object: row.id, after: row.certificate ?? row.csr ?? '', detail });
    failPoint('private-ca.authority-written');
  });
}

function emptyRow(subject: readonly SubjectField[], publicKeyInfo: Uint8Array, now: number): AuthorityRow {
  return {
    id: newId(),
    role: 'root',
    state: 'active',
    label: subject.findLast(({ type }) => type === 'CN')?.value ?? '',
    parent: null,
    replaced_by: null,
    certificate: null,
    chain: new Uint8Array(0),
    csr: null,
    key_kind: 'none',
    key: null,
    public_key_info: publicKeyInfo,
    partitions: 0,
    crl_number_floor: '0',
    not_after: 0,
    created_at: now,
  };
}

export function newId(): string {
  return randomBytes(16).toString('hex');
}
