/** `tollgate identity upload`: the two steps of an upload in one command. */
import { toBase64 } from '../../../lib/bytes.ts';
import type { Command } from '../../../lib/command.ts';
import { Problem } from '../../../lib/problem.ts';
import { changeText } from '../change-text.ts';
import type { ChangeResult, UploadPreview } from '../schemas.ts';
import { slotArgument, slotPath } from '../slot-argument.ts';

/** `identity upload`. */
export const uploadCommands: readonly Command[] = [
  {
    path: ['identity', 'upload'],
    summary: 'Upload a certificate, with its chain and key; shows every warning and asks before it is served',
    arguments: [slotArgument, { name: '<file...>', description: 'certificate, chain and key in any form and order' }],
    options: [
      { flags: '--password-file <file>', description: 'holds the password of a PKCS#12 file, - for standard input' },
      { flags: '--reuse-key', description: 'Re-use current private key' },
      { flags: '--append-issuer', description: 'append the issuing CA of the upload to the trusted CA list' },
      { flags: '--force <word>', description: 'type "expired" to load an expired certificate all the same' },
      { flags: '--preview', description: 'only check' },
    ],
    examples: [
      'tollgate identity upload server server.pem chain.pem --yes',
      'tollgate identity upload server server.pem key.pem --append-issuer',
      'tollgate identity upload server bundle.p12 --password-file -',
    ],
    run: async (context, [slot, paths], options) => {
      const files: { name: string; content: string }[] = [];
      for (const path of typeof paths === 'string' ? [paths] : (paths ?? [])) {
        const bytes = await context.readInput(path);
        files.push({ name: path.split('/').at(-1) ?? path, content: toBase64(bytes) });
      }
      const { passwordFile } = options;
      const password =
        typeof passwordFile === 'string' ? await context.readSecret(passwordFile, 'Password') : undefined;
      const typed = typeof options['force'] === 'string' ? options['force'] : undefined;
      const preview = (await context.call('POST', `${slotPath(slot)}/uploads`, {
        files,
        ...(password === undefined ? {} : { password }),
        reuseKey: options['reuseKey'] === true,
        force: typed !== undefined,
      })) as UploadPreview;
      if (options['preview']) return context.print(preview, () => previewText(preview));
      const question = `${previewText(preview)}\nServe this certificate from the next handshake on?`;
      if (!(await context.confirm(question))) throw notConfirmed();
      const result = (await context.call('POST', `${slotPath(slot)}/uploads/${preview.previewId}/confirmation`, {
        appendIssuer: options['appendIssuer'] === true,
        digest: preview.digest,
        ...(typed === undefined ? {} : { typed }),
      })) as ChangeResult;
      return context.print({ ...result, warnings: preview.warnings, notes: preview.notes }, () =>
        [...warningLines(preview), changeText(result)].join('\n'),
      );
    },
  },
];

function previewText(preview: UploadPreview): string {
  const { subject, issuer, notAfter, names } = preview.certificate;
  return [
    `Subject: ${subject}`,
    `Issuer: ${issuer}`,
    `Names: ${names.map((name) => name.text).join(', ')}`,
    `Ends: ${notAfter}`,
    ...preview.appendable.map((ca) => `Can be appended to the trusted CA list (--append-issuer): ${ca.subject}`),
    ...warningLines(preview),
  ].join('\n');
}

function warningLines({ warnings, notes }: UploadPreview): string[] {
  const lines = warnings.map(({ detail, hint = '' }) => `Warning: ${detail} ${hint}`.trim());
  return [...lines, ...notes.map((note) => `Note: ${note}`)];
}

function notConfirmed(): Problem {
  return new Problem({
    code: 'identity.not-confirmed',
    status: 409,
    title: 'Nothing was changed.',
    detail: 'The upload was checked but not confirmed.',
    hint: 'Run the command again and answer yes, or give --yes.',
  });
}
