import type { Post } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import type { PagedList } from '../../stores/index.ts';
import { bytesOfBase64Url } from '../../text/keys.ts';
import { saveFile } from '../saveFile.ts';
import { useAct } from '../useAct.ts';
import type { PostCommands } from './postEntries.ts';
import type { Writing } from './ThreadComposer.tsx';
import type { ThreadAsking } from './ThreadDialogs.tsx';

interface ThreadHands {
  readonly thread: string;
  readonly posts: PagedList<Post>;
  readonly onWrite: (writing: Writing) => void;
  readonly onAsk: (asking: ThreadAsking) => void;
  readonly onSaid: (text: string) => void;
}

/** The commands on a thread and its posts, with the failure of the last one. */
export function usePostCommands({ thread, posts, onWrite, onAsk, onSaid }: ThreadHands) {
  const client = useClient();
  const act = useAct();
  const commands: PostCommands = {
    reply: (post) => onWrite({ kind: 'reply', to: post }),
    edit: (post) => onWrite({ kind: 'edit', post }),
    remove: (post) => onAsk({ kind: 'delete', post }),
    history: (post) => onAsk({ kind: 'history', post }),
    report: (post) => onAsk({ kind: 'report', post }),
    appeal: (post) => onAsk({ kind: 'appeal', post }),
    copyLink: (post) => {
      const link = `${location.href.split('#')[0]}#/boards/post/${post.id}`;
      navigator.clipboard.writeText(link).then(
        () => onSaid(words.post.copied),
        () => onSaid(words.post.notCopied),
      );
    },
    proof: (post) =>
      void act.run(async () => {
        const { proof } = await client.ledger.proof({ id: post.id });
        const name = `post-${post.id.slice(-8)}.proof`;
        saveFile(name, bytesOfBase64Url(proof) ?? new Uint8Array());
        onSaid(words.post.proofSaved(name));
      }),
    react: (post, emoji, on) =>
      void act.run(async () => {
        await client.boards.react({ id: post.id, emoji, on });
        await posts.refresh();
      }),
  };
  const mark = (change: { pinned?: boolean; locked?: boolean }) =>
    void act.run(async () => {
      await client.boards.markThread({ id: thread, ...change });
      await posts.refresh();
    });
  return { commands, mark, problem: act.problem };
}
