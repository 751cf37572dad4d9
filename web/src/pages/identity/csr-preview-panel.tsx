/** What the request will hold, read-only, with every reminder. */
import type { CsrPreview } from '../../api.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Facts } from '../../components/facts.tsx';
import { Notice } from '../../components/notice.tsx';
import { Remarks } from './remarks.tsx';
import { keyWords } from './words.ts';

/** Final names with the reason for each, key, digest, faults and reminders. */
export function CsrPreviewPanel({ preview }: { readonly preview: CsrPreview }) {
  return (
    <div className="tg-stack">
      {preview.errors.map((error) => (
        <Notice key={`${error.field}|${error.detail}`} tone="critical" title={error.detail}>
          {error.hint}
        </Notice>
      ))}
      <Facts
        facts={[
          ['Subject', preview.subject],
          ['Key', `${keyWords(preview.key)}, ${preview.digest.toUpperCase().replace('SHA', 'SHA-')}`],
          ['Extended key usage', preview.extendedKeyUsage.join(', ')],
        ]}
      />
      <h3 className="tg-h3">
        Alternative names{' '}
        <span className="tg-dim" style={{ fontWeight: 400 }}>
          as they will appear
        </span>
      </h3>
      <ol className="tg-final-names">
        {preview.names.map((name) => (
          <li key={`${name.text}|${name.reason}`}>
            <span className="tg-mono">{name.text}</span>
            <span className="tg-dim tg-small">{name.reason}</span>
          </li>
        ))}
      </ol>
      {preview.chatNodeAliases !== '' && (
        <div className="tg-actions">
          <CopyButton text={preview.chatNodeAliases} label="Copy list" what="of chat node aliases" />
          <span className="tg-dim tg-small">Chat node aliases, to paste on the other gateway.</span>
        </div>
      )}
      <Remarks remarks={preview.reminders} />
    </div>
  );
}
