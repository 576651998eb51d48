import { useRef } from 'react';
import { boards as words } from '../../messages/boards.ts';
import { bytes } from '../../messages/format.ts';
import { Button } from '../../ui/index.ts';
import type { PendingFile } from './useAttachments.ts';
import { withUnseen } from '../../text/pieces.ts';

/** The files being attached to a post, with their progress. */
export function ComposerFiles(props: { files: readonly PendingFile[]; onRemove: (key: string) => void }) {
  if (props.files.length === 0) return null;
  return (
    <ul className="composer-files">
      {props.files.map((file) => (
        <li key={file.key}>
          <bdi className="mono cut">{withUnseen(file.name)}</bdi>
          <span className="soft mono">{bytes(file.sizeBytes)}</span>
          <span role="status" className={file.error ? 'red' : file.stored ? 'green' : 'soft'}>
            {file.error ?? (file.stored ? words.file.here : words.file.storing(file.name))}
          </span>
          <Button
            kind="quiet"
            aria-label={words.file.remove(file.name)}
            onPress={() => props.onRemove(file.key)}
          >
            ×
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** A button that lets a person choose files to attach. */
export function AttachButton({ onAdd }: { onAdd: (files: Iterable<File>) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button onPress={() => picker.current?.click()}>{words.file.attach}</Button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={words.file.attach}
        onChange={(event) => {
          onAdd(event.target.files ?? []);
          event.target.value = '';
        }}
      />
    </>
  );
}
