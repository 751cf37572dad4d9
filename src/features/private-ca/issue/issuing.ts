/** Issues certificates: draft, lint, signature, record, and only then the answer. */
import type { Actor } from '../../../lib/actor.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import { printable } from '../../../lib/printable.ts';
import type { Secret } from '../../../lib/secret.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { type PublicKeyInfo, publicKeyAt } from '../../../pki/key/public-key.ts';
import { encodeName } from '../../../pki/name/build-name.ts';
import { toRfc4514 } from '../../../pki/name/distinguished-name.ts';
import { ByteMemory } from '../../../pki/path/byte-memory.ts';
import { certificateText } from '../../../pki/text/certificate-text.ts';
import type { Storage } from '../../../storage/storage.ts';
import type { Authority } from '../authority/authority.ts';
import type { AuthorityKeys } from '../authority/authority-keys.ts';
import { certificateRow } from '../issued/certificate-row.ts';
import type { Issued, IssueRequest, PrivateCa, StatusChange } from '../private-ca.ts';
import { confirmationNeeded, lintFailed, wrongState } from '../problems.ts';
import type { PublicUrls } from '../public-urls.ts';
import type { AuthorityRow } from '../store.ts';
import { responderTemplate } from '../template/built-in-templates.ts';
import type { Template } from '../template/template.ts';
import { type Draft, draftLeaf } from './draft.ts';
import { LeafWriter } from './leaf-writer.ts';
import { limitsOf } from './limits.ts';
import { lint } from './lint.ts';
import { NoteList } from './notes.ts';
import { createRecordQueue } from './record-queue.ts';
import { newSerial, serialText } from './serial.ts';
import type { Linter } from './zlint.ts';

export interface IssuingWork {
  readonly storage: Storage;
  readonly keys: AuthorityKeys;
  readonly now: () => number;
  /** Throws `private-ca.no-authority` (404). */
  readonly authority: (id: string | undefined) => Promise<Authority>;
  readonly row: (id: string) => Promise<AuthorityRow>;
  readonly template: (name: string) => Promise<Template>;
  /** The function that gives the addresses of an authority now. */
  readonly urls: () => Promise<(authority: Authority, partition: number) => Partial<PublicUrls>>;
  readonly zlint: Linter | undefined;
  readonly changed: (change: StatusChange) => void;
}

export type Issuing = Pick<PrivateCa, 'preview' | 'issue' | 'issueResponder'>;

/** An authority that may issue, with everything a draft needs. */
interface Ground {
  readonly authority: Authority;
  readonly issuers: readonly [Certificate, ...Certificate[]];
  readonly template: Template;
  readonly urls: (authority: Authority, partition: number) => Partial<PublicUrls>;
}

/** What was found good, but for the signature, and how it was asked for. */
interface Looked {
  readonly certificate: Certificate;
  readonly source: IssueRequest['source'] | 'responder';
  readonly passphrase: Secret<string> | undefined;
}

export function createIssuing(work: IssuingWork): Issuing {
  const queue = createRecordQueue(work.storage);
  const writers = createWriters();
  const knownKeys = new ByteMemory<PublicKeyInfo>(512);
  const ground = async (id: string | undefined, template: Template, evenRetired = false): Promise<Ground> => {
    const authority = await work.authority(id);
    const { certificate, label, state } = authority;
    if ((state !== 'active' && !(evenRetired && state === 'retired')) || certificate === undefined) {
      throw wrongState(
        `${label} ${state === 'pending' ? 'waits for its certificate' : 'issues no more'}.`,
        'Choose another authority.',
      );
    }
    return { authority, issuers: [certificate, ...authority.above], template, urls: await work.urls() };
  };
  const draft = (on: Ground, request: Omit<IssueRequest, 'source'>): Draft =>
    draftLeaf(request, {
      template: on.template,
      issuers: on.issuers,
      now: work.now(),
      knownKeys,
      limits: limitsOf(on.issuers),
      writer: (serial) => writers(on, partitionOf(serial, on.authority.partitions)),
    });

  /** Signs what was looked at, records it, and gives it out. */
  const finish = async (
    actor: Actor,
    on: Ground,
    made: Omit<Draft, 'publicKey' | 'subject'>,
    { certificate, source, passphrase }: Looked,
  ): Promise<Issued> => {
    const { authority } = on;
    const key = work.keys.opened(authority.id) ?? (await work.keys.open(await work.row(authority.id), passphrase));
    failPoint('private-ca.sign');
    const der = await made.writer.signed(made.tbs, key);
    failPoint('private-ca.signed');
    const serial = serialText(made.serial);
    const row = certificateRow({
      certificate,
      der,
      authority: authority.id,
      template: on.template.name,
      names: made.names,
      source,
      issuedBy: actor.name,
      partition: partitionOf(made.serial, authority.partitions),
      now: work.now(),
    });
    const detail = {
      authority: authority.id,
      template: on.template.name,
      subject: row.subject,
      names: made.names.slice(0, 20),
      notAfter: new Date(made.notAfter).toISOString(),
      source,
    };
    await queue.add({ row, actor, detail });
    failPoint('private-ca.recorded');
    work.changed({ what: 'issued', authority: authority.id, serial });
    const chain = on.issuers.filter(({ selfIssued }) => !selfIssued).map((issuer) => issuer.der);
    return { authority: authority.id, serial, certificate: der, chain, notAfter: made.notAfter, notes: made.notes.all };
  };

  return {
    async preview(request) {
      const on = await ground(request.authority, await work.template(request.template));
      const made = draft(on, request);
      const certificate = parsed(made.writer.unsigned(made.tbs));
      await look(certificate, on, made.notes, work.zlint);
      noteUrls(on, made.notes);
      if (made.notAfter >= start2050) made.notes.add('ends-2050', endsLate);
      const { notAfter, notes } = made;
      const subject = printable(toRfc4514(made.subject), 500);
      const names = made.names.map((name) => printable(name, 300));
      return { text: openText(certificate), subject, names, notAfter, notes: notes.all };
    },
    async issue(actor, request) {
      const on = await ground(request.authority, await work.template(request.template));
      const made = draft(on, request);
      if (made.notAfter >= start2050 && request.confirmed2050 !== true)
        throw confirmationNeeded(endsLate, 'confirmed2050');
      noteUrls(on, made.notes);
      const certificate = parsed(made.writer.unsigned(made.tbs));
      const looking = look(certificate, on, made.notes, work.zlint);
      if (looking !== undefined) await looking;
      return finish(actor, on, made, { certificate, source: request.source, passphrase: request.passphrase });
    },
    async issueResponder(actor, id, { publicKeyInfo, notAfter }, passphrase) {
      // about what a retired one issued, questions go on being asked
      const on = await ground(id, responderTemplate, true);
      const now = work.now();
      const serial = newSerial();
      const ends = Math.min(notAfter, ...on.issuers.map((issuer) => issuer.notAfter));
      const dates = { notBefore: Math.floor((now - 60_000) / 1000) * 1000, notAfter: Math.floor(ends / 1000) * 1000 };
      const subject = responderSubject(on.issuers[0]);
      const writer = new LeafWriter(on.issuers[0], responderTemplate, {});
      const publicKey = publicKeyAt(publicKeyInfo, 0, publicKeyInfo.length);
      const tbs = writer.tbs({ serial, subject, names: [], publicKey, ...dates });
      const notes = new NoteList();
      const certificate = parsed(writer.unsigned(tbs));
      await look(certificate, on, notes, work.zlint);
      const made = { serial, names: [], ...dates, writer, tbs, notes };
      return finish(actor, on, made, { certificate, source: 'responder', passphrase });
    },
  };
}

const start2050 = Date.UTC(2050, 0, 1);
const endsLate = 'The certificate would end in 2050 or later, which some systems cannot read.';

/** Errors keep it from being signed; warnings are noted. Undefined when there is nothing to wait for. */
function look(
  certificate: Certificate,
  { issuers }: Ground,
  notes: NoteList,
  zlint: Linter | undefined,
): Promise<void> | undefined {
  const judge = (findings: ReturnType<typeof lint>): void => {
    const errors = findings.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw lintFailed(errors);
    for (const { message, clause } of findings) notes.add('lint', `${printable(message, 500)} (${clause}).`);
  };
  judge(lint({ certificate, issuers }));
  return zlint?.(certificate.der).then(judge);
}

function noteUrls({ authority, urls }: Ground, notes: NoteList): void {
  const { crl, ocsp } = urls(authority, 0);
  if (crl !== undefined || ocsp !== undefined) return;
  notes.add(
    'no-revocation-url',
    'The certificate names no place to ask whether it was revoked; set the public address.',
  );
}

/** Serial numbers are random, so they spread evenly over the CRLs. */
function partitionOf(serial: Uint8Array, partitions: number): number {
  return partitions === 0 ? 0 : 1 + ((serial[14]! * 256 + serial[15]!) % partitions);
}

function responderSubject(issuer: Certificate): Uint8Array {
  const cn = issuer.subject.rdns.flat().findLast(({ oid }) => oid === '2.5.4.3')?.value ?? 'Authority';
  // RFC 5280 A.1: 64 characters
  return encodeName([{ type: 'CN', value: `${[...cn].slice(0, 50).join('')} OCSP` }]);
}

/** Writers keep what all certificates of one authority and template have in common. */
function createWriters(): (on: Ground, partition: number) => LeafWriter {
  const known = new Map<string, LeafWriter>();
  return ({ authority, issuers, template, urls }, partition) => {
    const addresses = urls(authority, partition);
    const places = `${addresses.crl ?? ''} ${addresses.ocsp ?? ''} ${addresses.issuer ?? ''}`;
    const key = `${authority.id} ${template.name} ${template.version} ${places}`;
    let writer = known.get(key);
    if (writer === undefined) {
      writer = new LeafWriter(issuers[0], template, addresses);
      if (known.size >= 1_000) known.clear();
      known.set(key, writer);
    }
    return writer;
  };
}

/** Serial number and signature are made when it is issued. */
function openText(certificate: Certificate): string {
  const text = certificateText(certificate);
  const end = text.indexOf('    Signature Algorithm', text.indexOf('X509v3 extensions'));
  return (end === -1 ? text : text.slice(0, end)).replace(
    /Serial Number:[^\n]*(\n\s+[0-9a-f:]+)?/,
    'Serial Number: (random)',
  );
}

function parsed(der: Uint8Array): Certificate {
  const certificate = parseCertificate(der);
  if (!certificate.ok) throw new Error(`a certificate was written that cannot be read: ${certificate.error.message}`);
  return certificate.value;
}
