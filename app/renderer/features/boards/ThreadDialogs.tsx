import type { Post } from '../../../contract/index.ts';
import { AskModerators, DeleteDialog, HistoryDialog } from './dialogs.tsx';

/** The dialog that a thread shows at the moment, and the post it is about. */
export interface ThreadAsking {
  readonly kind: 'delete' | 'history' | 'report' | 'appeal';
  readonly post: Post;
}

/** The dialog of a thread that is open, if any. `onDone` gets the outcome in words. */
export function ThreadDialogs(props: {
  asking: ThreadAsking | null;
  onDone: (said: string) => void;
  onClose: () => void;
}) {
  const { asking, onDone, onClose } = props;
  switch (asking?.kind) {
    case undefined:
      return null;
    case 'delete':
      return <DeleteDialog post={asking.post} onClose={onClose} />;
    case 'history':
      return <HistoryDialog post={asking.post} onClose={onClose} />;
    case 'report':
    case 'appeal':
      return <AskModerators kind={asking.kind} id={asking.post.id} onClose={onClose} onDone={onDone} />;
  }
}
