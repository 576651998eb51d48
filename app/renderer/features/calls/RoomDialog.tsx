import { useState } from 'react';
import { Role } from '../../../contract/index.ts';
import type { CallRoom, RoomRules } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { calls as words } from '../../messages/calls.ts';
import { capital } from '../../messages/format.ts';
import { useBoards, useMembers } from '../../stores/index.ts';
import {
  Button,
  Choices,
  Dialog,
  PickField,
  ProblemNotice,
  Select,
  Switch,
  TextField,
} from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { draftOf, startOf, type Draft } from './draft.ts';

const { draft: text } = words;
const NO_BOARD = '';
/** From the least to the highest. */
const roles = Role.options.toReversed();

interface RoomDialogProps {
  /** The room to change; null to open one. */
  readonly room: CallRoom | null;
  readonly onClose: () => void;
  readonly onDone: (said: string) => void;
}

/** Opens a room or changes one. */
export function RoomDialog({ room, onClose, onDone }: RoomDialogProps) {
  const client = useClient();
  const boards = useBoards().value ?? [];
  const act = useAct();
  const [openedAt] = useState(() => Date.now());
  const [draft, setDraft] = useState(() => draftOf(room, openedAt));
  const { rules } = draft;
  const change = (patch: Partial<Draft>) => setDraft({ ...draft, ...patch });
  const rule = (patch: Partial<RoomRules>) => change({ rules: { ...rules, ...patch } });
  const title = draft.title.trim();
  const startsAt = startOf(draft, openedAt);
  const isReady = title !== '' && startsAt !== undefined;

  const save = async () => {
    if (!isReady) return;
    const done = await act.run(async () => {
      if (room === null) await client.calls.open({ title, board: draft.board, rules, startsAt });
      else await client.calls.change({ room: room.id, rules, startsAt });
    });
    if (!done) return;
    if (room === null) onDone(text.opened(title));
    onClose();
  };

  return (
    <Dialog
      title={room === null ? text.open : text.change}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{text.cancel}</Button>
          <Button kind="main" onPress={() => void save()} isDisabled={!isReady || act.busy}>
            {room === null ? text.confirm : text.save}
          </Button>
        </>
      }
    >
      {room === null && (
        <TextField
          label={text.name}
          hint={text.nameHint}
          value={draft.title}
          onChange={(value) => change({ title: value })}
          maxLength={80}
          autoFocus
          autoComplete="off"
          onEnter={() => void save()}
        />
      )}
      {room === null && (
        <Select
          label={text.board}
          hint={text.boardHint}
          value={draft.board ?? NO_BOARD}
          onChange={(value) => change({ board: value === NO_BOARD ? null : value })}
          options={[
            { value: NO_BOARD, label: text.noBoard },
            ...boards.filter(({ archived }) => !archived).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
      <Choices
        label={text.access}
        value={rules.access}
        onChange={(access) => rule({ access })}
        options={(['everyone', 'role', 'invited'] as const).map((value) => ({
          value,
          ...text.accesses[value],
        }))}
      />
      {rules.access === 'role' && (
        <Select
          label={text.leastRole}
          value={rules.leastRole}
          onChange={(leastRole) => rule({ leastRole })}
          options={roles.map((value) => ({ value, label: capital(text.roles[value]) }))}
        />
      )}
      {rules.access === 'invited' && (
        <Invited invited={rules.invited} onChange={(invited) => rule({ invited })} />
      )}
      <Select
        label={text.share}
        value={rules.shareRole}
        onChange={(shareRole) => rule({ shareRole })}
        options={roles.map((value) => ({ value, label: text.shares[value] }))}
      />
      <div className="calls-switches">
        <Switch
          label={text.waitingRoom}
          value={rules.waitingRoom}
          onChange={(waitingRoom) => rule({ waitingRoom })}
        />
        <Switch
          label={text.audioOnly}
          value={rules.audioOnly}
          onChange={(audioOnly) => rule({ audioOnly })}
        />
        {room === null && (
          <Switch
            label={text.encrypted}
            value={rules.encrypted}
            onChange={(encrypted) => rule({ encrypted })}
          />
        )}
        <Switch
          label={text.scheduled}
          value={draft.isScheduled}
          onChange={(isScheduled) => change({ isScheduled })}
        />
      </div>
      {draft.isScheduled && (
        <TextField
          label={text.startsAt}
          type="datetime-local"
          value={draft.startsAt}
          onChange={(value) => change({ startsAt: value })}
          error={startsAt === undefined ? text.startsAtError : null}
        />
      )}
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}

/** The list of those who may enter. */
function Invited({
  invited,
  onChange,
}: {
  invited: readonly string[];
  onChange: (invited: string[]) => void;
}) {
  const members = useMembers().value ?? [];
  const nameOf = (did: string) => members.find((member) => member.did === did)?.handle ?? did.slice(-8);
  return (
    <div className="calls-invited">
      <PickField
        key={invited.length}
        label={text.invited}
        value={null}
        onChange={(did) => did !== null && onChange([...invited, did])}
        options={members
          .filter(({ did, isMe, banned }) => !isMe && banned === null && !invited.includes(did))
          .map(({ did, handle }) => ({ value: did, label: handle }))}
        nothing={text.invitedNothing}
      />
      {invited.length > 0 && (
        <ul className="calls-names" aria-label={text.invitedList}>
          {invited.map((did) => (
            <li key={did}>
              <Button
                kind="plain"
                aria-label={text.uninvite(nameOf(did))}
                onPress={() => onChange(invited.filter((one) => one !== did))}
              >
                {nameOf(did)} <span aria-hidden="true">×</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
