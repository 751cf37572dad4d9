/** Saves text or bytes that the page already holds as a file. */
import { Button } from '@mantine/core';
import { Icon } from './icons.tsx';

interface DownloadButtonProps {
  readonly fileName: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
  readonly label?: string;
}

/** A button that saves `content` under `fileName`. */
export function DownloadButton({ fileName, content, label = 'Download' }: DownloadButtonProps) {
  return (
    <Button
      variant="default"
      leftSection={<Icon name="download" size={14} />}
      onClick={() => saveFile(fileName, content)}
    >
      {label}
    </Button>
  );
}

/** Hands a file to the browser to save. */
export function saveFile(fileName: string, content: string | Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
