import type { ReviewItem } from '../../../contract/index.ts';
import type { Work } from '../../stores/index.ts';
import { BulkDialog, EscalateDialog, PurgeDialog, RemoveDialog } from './dialogs.tsx';
import { FilterDialog } from './FilterDialog.tsx';

/** The dialog that the queue shows at the moment. */
export type Asking =
  | { readonly kind: 'remove' | 'escalate'; readonly ids: readonly string[] }
  | { readonly kind: 'bulk'; readonly verb: 'publish' | 'quarantine'; readonly ids: readonly string[] }
  | { readonly kind: 'purge'; readonly id: string }
  | { readonly kind: 'filter' };

interface QueueDialogsProps {
  readonly asking: Asking | null;
  /** The active item, whose labels a removal starts from. */
  readonly item: ReviewItem | null;
  readonly note: string;
  readonly onGo: (work: Work, ids: readonly string[]) => void;
  readonly onPurged: () => void;
  readonly onClose: () => void;
}

/** The dialog of the queue that is open, if any. */
export function QueueDialogs({ asking, item, note, onGo, onPurged, onClose }: QueueDialogsProps) {
  switch (asking?.kind) {
    case undefined:
      return null;
    case 'filter':
      return <FilterDialog onClose={onClose} />;
    case 'purge':
      return <PurgeDialog id={asking.id} onClose={onClose} onDone={onPurged} />;
    case 'remove':
      return (
        <RemoveDialog
          n={asking.ids.length}
          labels={asking.ids.length === 1 ? (item?.verdict?.labels ?? []) : []}
          note={note}
          onGo={(work) => onGo(work, asking.ids)}
          onClose={onClose}
        />
      );
    case 'escalate':
      return (
        <EscalateDialog
          n={asking.ids.length}
          note={note}
          onGo={(work) => onGo(work, asking.ids)}
          onClose={onClose}
        />
      );
    case 'bulk':
      return (
        <BulkDialog
          n={asking.ids.length}
          verb={asking.verb}
          note={note}
          onGo={(work) => onGo(work, asking.ids)}
          onClose={onClose}
        />
      );
  }
}
