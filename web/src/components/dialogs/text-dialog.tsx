/** Shows certificate text as it is: Show (decoded), Show (PEM file). */

import type { UseQueryResult } from '@tanstack/react-query';
import { CopyButton } from '../copy-button.tsx';
import { DownloadButton } from '../download-button.tsx';
import { QueryView } from '../query-view.tsx';
import { TextBlock } from '../text-block.tsx';
import { Dialog } from './dialog.tsx';

interface TextDialogProps {
  readonly title: string;
  readonly query: UseQueryResult<string>;
  /** Offers the text as a file of this name. */
  readonly fileName?: string;
  readonly onClose: () => void;
}

/** A wide dialog with plain text, a copy button and a download. */
export function TextDialog({ title, query, fileName, onClose }: TextDialogProps) {
  return (
    <Dialog onClose={onClose} title={title} size="min(1000px, 94vw)">
      <QueryView query={query} rows={10}>
        {(text) => (
          <>
            <TextBlock label={title} text={text} />
            <div className="tg-dialog-actions">
              <CopyButton text={text} />
              {fileName && <DownloadButton fileName={fileName} content={text} />}
            </div>
          </>
        )}
      </QueryView>
    </Dialog>
  );
}
