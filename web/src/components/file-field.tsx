/** Chooses files by a picker or by dropping them, and shows what was chosen. */
import { Button } from '@mantine/core';
import { type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './icons.tsx';

interface FileFieldProps {
  readonly label: string;
  readonly description?: ReactNode;
  readonly files: readonly File[];
  readonly onChange: (files: readonly File[]) => void;
  readonly multiple?: boolean;
  /** What the picker offers first; any file may still be chosen. */
  readonly accept?: string;
  readonly error?: ReactNode;
}

/** A Browse button that is also a drop area. */
export function FileField({ label, description, files, onChange, multiple, accept, error }: FileFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const over = useFileDrop(area, take);

  function take(list: FileList | null) {
    const chosen = [...(list ?? [])];
    if (chosen.length > 0) onChange(multiple ? [...files, ...chosen] : chosen.slice(0, 1));
    if (input.current) input.current.value = '';
  }
  return (
    <div className="tg-field">
      <label htmlFor={id}>{label}</label>
      {description && (
        <div id={`${id}-help`} className="tg-dim tg-small">
          {description}
        </div>
      )}
      <div className="tg-drop" ref={area} data-over={over || undefined}>
        <input
          ref={input}
          id={id}
          type="file"
          className="tg-visually-hidden"
          multiple={multiple}
          accept={accept}
          aria-describedby={description ? `${id}-help` : undefined}
          onChange={(e) => take(e.currentTarget.files)}
        />
        <Button
          variant="default"
          tabIndex={-1}
          aria-hidden="true"
          leftSection={<Icon name="file" size={14} />}
          onClick={() => input.current?.click()}
        >
          Browse…
        </Button>
        {files.length === 0 && <span className="tg-dim tg-small">or drop {multiple ? 'files' : 'a file'} here</span>}
        {files.map((file, index) => (
          <span key={`${file.name}-${file.lastModified}-${file.size}`} className="tg-chosen">
            <span className="tg-clip">{file.name}</span>
            <span className="tg-dim">{sizeText(file.size)}</span>
            <button
              type="button"
              aria-label={`Remove ${file.name}`}
              onClick={() => onChange(files.filter((_, i) => i !== index))}
            >
              <Icon name="close" size={10} />
            </button>
          </span>
        ))}
      </div>
      {error && (
        <div className="tg-field-error" role="alert">
          {error}
        </div>
      )}
    </div>
  );
}

/** Dropping is a second way beside Browse, so it needs no role of its own. True while a file hangs above the area. */
function useFileDrop(area: RefObject<HTMLElement | null>, take: (files: FileList | null) => void): boolean {
  const [over, setOver] = useState(false);
  const taker = useRef(take);
  taker.current = take;
  useEffect(() => {
    const element = area.current;
    const stop = new AbortController();
    const listen = (type: 'dragover' | 'dragleave' | 'drop', hangs: boolean) =>
      element?.addEventListener(
        type,
        (event) => {
          event.preventDefault();
          setOver(hangs);
          if (type === 'drop') taker.current(event.dataTransfer?.files ?? null);
        },
        { signal: stop.signal },
      );
    listen('dragover', true);
    listen('dragleave', false);
    listen('drop', false);
    return () => stop.abort();
  }, [area]);
  return over;
}

/** The file as the API takes it. */
export async function encodeFile(file: File): Promise<{ name: string; content: string }> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { name: file.name, content: btoa(binary) };
}

function sizeText(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KiB`;
}
