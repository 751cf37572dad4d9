/** Uploads into the slots of a gateway with one CA that it trusts and one that it does not; for a file of tests. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after } from 'node:test';
import type { UploadPreview } from '../../src/features/identity/schemas.ts';
import { systemActor } from '../../src/lib/actor.ts';
import { type IdentityGateway, startIdentityGateway } from './identity-gateway.ts';
import { type Leaf, type LeafOptions, makeLeaf } from './leaf.ts';
import { createOpensslCa, type OpensslCa } from './openssl.ts';

export interface UploadOptions {
  readonly slot?: string;
  readonly password?: string;
  readonly reuseKey?: boolean;
  readonly force?: boolean;
}

type Files = readonly (string | Uint8Array)[];

/** Closed after the last test of the file; nothing else works before `start`. */
export function identityUploads() {
  let gateway: IdentityGateway;
  let ca: OpensslCa;
  after(() => gateway.close());

  const path = (slot: string) => `/identities/${encodeURIComponent(slot)}/uploads`;
  const body = (files: Files, { slot: _, ...options }: UploadOptions) => ({
    files: files.map((content, i) => ({ name: `f${i}.pem`, content: Buffer.from(content).toString('base64') })),
    ...options,
  });
  const preview = (files: Files, options: UploadOptions = {}) =>
    gateway.must<UploadPreview>('POST', path(options.slot ?? 'server'), body(files, options));
  const both = (leaf: { certificate: string; key: string }) => [leaf.certificate, leaf.key];

  return {
    path,
    body,
    preview,
    both,
    errorCodes: (problem: { errors?: readonly { code: string }[] }) => problem.errors?.map((e) => e.code) ?? [],
    warningCodes: (shown: UploadPreview) => shown.warnings.map((w) => w.code),

    /** Once, before the first test; there is a domain video.example.com. */
    async start() {
      gateway = await startIdentityGateway({ fqdn: 'gw1.example.com' });
      ca = await createOpensslCa(join(gateway.folder, 'ca'), { name: 'Known CA' });
      const stranger = await createOpensslCa(join(gateway.folder, 'stranger'), { name: 'Unknown CA' });
      await gateway.trustedCas.append(systemActor('test'), Buffer.from(ca.certificate), { fileName: 'ca.pem' });
      await gateway.must('POST', '/identities', { domain: 'video.example.com' });
      return { gateway, ca, stranger };
    },

    /** The refusal of an upload, which must leave everything as it was. */
    async refused(files: Files, options: UploadOptions = {}) {
      const before = await gateway.state();
      const problem = await gateway.refused('POST', path(options.slot ?? 'server'), body(files, options));
      assert.equal(problem.title, 'File upload failed.');
      assert.equal(problem.status, 422);
      for (const error of problem.errors ?? []) assert.ok(error.hint, `${error.code} has a hint`);
      assert.equal(await gateway.state(), before, 'a refused upload changes nothing');
      return problem;
    },

    async warns(leaf: Leaf | LeafOptions, code: string, detail: RegExp, options: UploadOptions = {}) {
      const made = 'certificate' in leaf ? leaf : await makeLeaf(ca, leaf);
      const before = await gateway.state();
      const shown = await preview(both(made), options);
      const warning = shown.warnings.find((w) => w.code === code);
      assert.match(warning?.detail ?? JSON.stringify(shown.warnings), detail);
      assert.ok(warning?.hint, 'a warning comes with a remedy');
      assert.equal(shown.checks.find((row) => row.check === warning?.check)?.outcome, 'warning');
      assert.equal(await gateway.state(), before, 'a preview changes nothing');
      return shown;
    },
  };
}
