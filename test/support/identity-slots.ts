/** A gateway with one CA it trusts, and what a person does with a slot of it; for a file of tests. */
import { join } from 'node:path';
import { after } from 'node:test';
import type {
  ChangeResult,
  IdentityOverview,
  IdentityView,
  UploadConfirmation,
  UploadPreview,
} from '../../src/features/identity/schemas.ts';
import { systemActor } from '../../src/lib/actor.ts';
import { type IdentityGateway, startIdentityGateway } from './identity-gateway.ts';
import { certificateOf } from './leaf.ts';
import { createOpensslCa, type OpensslCa } from './openssl.ts';

export interface SlotUpload extends UploadConfirmation {
  /** `server` unless told. */
  readonly slot?: string;
  readonly password?: string;
  readonly reuseKey?: boolean;
}

type Files = readonly (string | Uint8Array)[];

/** Closed after the last test of the file; nothing else works before `start`. */
export function identitySlots() {
  let gateway: IdentityGateway;
  let ca: OpensslCa;
  after(() => gateway.close());

  const path = (slot: string) => `/identities/${encodeURIComponent(slot)}`;
  const preview = (files: Files, { slot = 'server', password, reuseKey }: SlotUpload = {}): Promise<UploadPreview> =>
    gateway.must('POST', `${path(slot)}/uploads`, {
      files: files.map((content) => ({ content: Buffer.from(content).toString('base64') })),
      ...(password === undefined ? {} : { password }),
      ...(reuseKey === undefined ? {} : { reuseKey }),
    });
  const confirm = (shown: UploadPreview, confirmation: UploadConfirmation = {}): Promise<ChangeResult> =>
    gateway.must('POST', `${path(shown.slot)}/uploads/${shown.previewId}/confirmation`, confirmation);

  return {
    /** Once, before the first test. */
    async start() {
      gateway = await startIdentityGateway({ fqdn: 'gw1.example.com' });
      ca = await createOpensslCa(join(gateway.folder, 'ca'), { name: 'Known CA' });
      await gateway.trustedCas.append(systemActor('test'), Buffer.from(ca.certificate), { fileName: 'ca.pem' });
      return { gateway, ca };
    },
    path,
    preview,
    confirm,
    view: (slot = 'server') => gateway.must<IdentityView>('GET', path(slot)),
    async load(files: Files, options: SlotUpload = {}): Promise<ChangeResult> {
      const { appendIssuer } = options;
      return confirm(await preview(files, options), appendIssuer === undefined ? {} : { appendIssuer });
    },
    newLeaf: (names = ['gw1.example.com']): Promise<{ certificate: string; key: string }> => ca.issue(names),
    conditionCodes: (shown: IdentityOverview) => shown.conditions.map((c) => c.code),
    /** Of the leaf that the server slot serves. */
    subjectServed: async () => certificateOf((await gateway.identity.forEdge())[0]?.certificatePem ?? '').subject,
  };
}
