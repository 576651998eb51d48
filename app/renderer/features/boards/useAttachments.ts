import { useCallback, useState } from 'react';
import { MAX_FILE_BYTES } from '../../../contract/index.ts';
import type { Attachment } from '../../../contract/index.ts';
import { problemOf, useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';

export interface PendingFile {
  readonly key: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly stored: Attachment | null;
  readonly error: string | null;
}

const MAX_FILES = 16;
let keys = 0;

/** Files being attached to a post: each is stored at once, so that posting itself does not wait for them. */
export function useAttachments() {
  const client = useClient();
  const [files, setFiles] = useState<readonly PendingFile[]>([]);
  const change = useCallback(
    (key: string, part: Partial<PendingFile>) =>
      setFiles((held) => held.map((file) => (file.key === key ? { ...file, ...part } : file))),
    [],
  );
  const add = useCallback(
    (list: Iterable<File>) => {
      for (const file of list) {
        const key = `file-${++keys}`;
        const tooBig = file.size > MAX_FILE_BYTES ? words.file.tooBig(file.name) : null;
        setFiles((held) => {
          const error = held.length >= MAX_FILES ? words.file.tooMany : tooBig;
          return [...held, { key, name: file.name, sizeBytes: file.size, stored: null, error }];
        });
        if (tooBig !== null) continue;
        client.files.put({ file }).then(
          (stored) => change(key, { stored }),
          (error: unknown) => change(key, { error: problemOf(error).message }),
        );
      }
    },
    [client, change],
  );
  const remove = useCallback(
    (key: string) => setFiles((held) => held.filter((file) => file.key !== key)),
    [],
  );
  const ready = files.every((file) => file.stored !== null || file.error !== null);
  const cids = files.flatMap((file) => (file.stored && file.error === null ? [file.stored.cid] : []));
  return { files, add, remove, ready, cids };
}
