import { useState } from 'react';
import { Role, Slug } from '../../../contract/index.ts';
import type { Post } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { heldWords } from '../../messages/reviewPages.ts';
import {
  Button,
  Dialog,
  Loading,
  Message,
  ProblemNotice,
  RelativeTime,
  Select,
  TextArea,
  TextField,
} from '../../ui/index.ts';
import { AskDialog } from '../AskDialog.tsx';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';
import { PostText } from './PostText.tsx';

/** Asks whether to delete a post, and why. */
export function DeleteDialog({ post, onClose }: { post: Post; onClose: () => void }) {
  const client = useClient();
  const act = useAct();
  const [reason, setReason] = useState('');
  const remove = async () => {
    if (await act.run(() => client.boards.delete({ id: post.id, reason: reason.trim() }))) onClose();
  };
  return (
    <Dialog
      title={words.remove.title}
      role="alertdialog"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.remove.cancel}</Button>
          <Button kind="danger" onPress={() => void remove()} isDisabled={act.busy}>
            {words.remove.confirm}
          </Button>
        </>
      }
    >
      <p className="measure">{words.remove.why}</p>
      <TextField
        label={words.remove.reason}
        value={reason}
        onChange={setReason}
        maxLength={400}
        autoFocus
        onEnter={() => void remove()}
      />
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}

/** A short text to the moderators about a post: a report of someone else’s, or an appeal for one’s own. */
export function AskModerators(props: {
  kind: 'report' | 'appeal';
  id: string;
  onClose: () => void;
  onDone: (said: string) => void;
}) {
  const { kind, id } = props;
  const client = useClient();
  const report = kind === 'report';
  const words = report ? heldWords.reportDialog : heldWords.appealDialog;
  return (
    <AskDialog
      words={words}
      field={report ? heldWords.reportDialog.note : heldWords.appealDialog.text}
      maxLength={report ? 400 : 2000}
      onSend={(text) =>
        report ? client.review.report({ id, note: text }) : client.review.appeal({ id, text })
      }
      onClose={props.onClose}
      onDone={() => props.onDone(words.done)}
    />
  );
}

/** Every version of a post, newest first. */
export function HistoryDialog({ post, onClose }: { post: Post; onClose: () => void }) {
  const client = useClient();
  const asked = useCall(() => client.boards.history({ id: post.id }), [post.id]);
  const versions = asked.data?.toReversed() ?? [];
  return (
    <Dialog
      title={words.history.title}
      width="wide"
      isOpen
      onClose={onClose}
      actions={<Button onPress={onClose}>{words.history.close}</Button>}
    >
      {asked.loading && asked.data === null && <Loading what={words.history.loading} />}
      {asked.problem && (
        <ProblemNotice
          problem={asked.problem}
          action={<Button onPress={asked.reload}>{words.again}</Button>}
        />
      )}
      <ol className="versions">
        {versions.map((version, i) => (
          <li key={version.at}>
            <p className="soft small">
              <Message
                text={words.history.version}
                n={versions.length - i}
                of={versions.length}
                who={version.by.handle}
                when={<RelativeTime at={version.at} focusable />}
              />
            </p>
            <PostText post={{ text: version.text, format: post.format }} />
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');

/** Creates a board. */
export function NewBoardDialog({ onClose, onMade }: { onClose: () => void; onMade: (slug: string) => void }) {
  const client = useClient();
  const act = useAct();
  const [name, setName] = useState('');
  const [slug, setSlug] = useState<string | null>(null);
  const [description, setDescription] = useState('');
  const [postRole, setPostRole] = useState<Role>('member');
  const shortName = slug ?? slugOf(name);
  const slugError = shortName !== '' && !Slug.safeParse(shortName).success ? words.newBoard.slugHint : null;
  const make = async () => {
    const input = { name, slug: shortName, description, postRole };
    if (await act.run(() => client.boards.create(input))) onMade(shortName);
  };
  return (
    <Dialog
      title={words.newBoard.title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.newBoard.cancel}</Button>
          <Button
            kind="main"
            onPress={() => void make()}
            isDisabled={act.busy || name.trim() === '' || shortName === '' || slugError !== null}
          >
            {words.newBoard.create}
          </Button>
        </>
      }
    >
      <TextField label={words.newBoard.name} value={name} onChange={setName} maxLength={60} autoFocus />
      <TextField
        label={words.newBoard.slug}
        hint={words.newBoard.slugHint}
        value={shortName}
        onChange={setSlug}
        maxLength={40}
        mono
        error={slugError}
      />
      <TextArea label={words.newBoard.description} value={description} onChange={setDescription} rows={2} />
      <Select
        label={words.newBoard.role}
        value={postRole}
        onChange={setPostRole}
        options={Role.options
          .toReversed()
          .map((role) => ({ value: role, label: words.newBoard.roles[role] }))}
      />
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}
