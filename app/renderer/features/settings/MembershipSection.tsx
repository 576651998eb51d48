import { withoutIsolates } from '../../../contract/foreign-text.ts';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { CommunityCard } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { communities } from '../../messages/communities.ts';
import { t } from '../../messages/en.ts';
import { useCommunities } from '../../stores/index.ts';
import { Button, Dialog, Panel, ProblemNotice, TextField } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';

const words = communities.membership;

/** Archives, leaves or deletes the community that is shown; one that cannot be opened can only be deleted. */
export function MembershipSection({ id }: { id: string }) {
  const client = useClient();
  const card = useCommunities().value?.find((one) => one.id === id);
  const [asking, setAsking] = useState<'leave' | 'delete' | null>(null);
  const { busy, problem, run } = useAct();
  const ask = async (task: () => Promise<unknown>): Promise<boolean> => {
    const done = await run(task);
    setAsking(null);
    return done;
  };
  if (card === undefined) return null;
  const isArchived = card.state === 'archived';
  const isBroken = card.state === 'broken';
  return (
    <Panel title={words.title}>
      <div className="stack">
        {problem !== null && <ProblemNotice problem={problem} />}
        {card.left && <p className="measure">{words.hasLeft}</p>}
        {!card.left && !isBroken && (
          <Choice means={isArchived ? words.isArchived : words.archiveMeans}>
            <Button
              isDisabled={busy}
              onPress={() => void run(() => client.communities.archive({ id, archived: !isArchived }))}
            >
              {isArchived ? words.unarchive : words.archive}
            </Button>
          </Choice>
        )}
        {!isArchived && !isBroken && (
          <Choice means={words.leaveMeans}>
            <Button isDisabled={busy} onPress={() => setAsking('leave')}>
              {words.leave}
            </Button>
          </Choice>
        )}
        <Choice means={words.deleteMeans}>
          <Button kind="danger" isDisabled={busy} onPress={() => setAsking('delete')}>
            {words.delete}
          </Button>
        </Choice>
      </div>
      <Dialog
        title={words.leaveAsk(card.name)}
        role="alertdialog"
        width="narrow"
        isOpen={asking === 'leave'}
        onClose={() => setAsking(null)}
        actions={
          <>
            <Button onPress={() => setAsking(null)}>{t.common.cancel}</Button>
            <Button kind="danger" onPress={() => void ask(() => client.communities.leave({ id }))}>
              {words.leave}
            </Button>
          </>
        }
      >
        <p>{words.leaveMeans}</p>
      </Dialog>
      {asking === 'delete' && (
        <DeleteDialog
          card={card}
          onClose={() => setAsking(null)}
          onDelete={() => ask(() => client.communities.delete({ id, name: card.name }))}
        />
      )}
    </Panel>
  );
}

function Choice({ means, children }: { means: string; children: ReactNode }) {
  return (
    <div className="membership-choice">
      <p className="soft measure">{means}</p>
      {children}
    </div>
  );
}

interface DeleteDialogProps {
  card: CommunityCard;
  onClose: () => void;
  onDelete: () => Promise<unknown>;
}

/** Asks for the name of the community, so that nobody deletes another one by mistake. */
function DeleteDialog({ card, onClose, onDelete }: DeleteDialogProps) {
  const [typed, setTyped] = useState('');
  const isRight = withoutIsolates(typed).trim() === withoutIsolates(card.name);
  return (
    <Dialog
      title={words.deleteAsk(card.name)}
      role="alertdialog"
      width="narrow"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="danger" isDisabled={!isRight} onPress={() => void onDelete()}>
            {words.delete}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>
          {words.deleteMeans} {words.deleteLast}
        </p>
        <TextField
          label={words.deleteField(card.name)}
          value={typed}
          onChange={setTyped}
          onEnter={() => isRight && void onDelete()}
          autoFocus
        />
      </div>
    </Dialog>
  );
}
