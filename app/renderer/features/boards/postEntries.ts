import type { Post } from '../../../contract/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { heldWords } from '../../messages/reviewPages.ts';
import type { MenuEntry } from '../../ui/index.ts';

export interface PostCommands {
  readonly reply: (post: Post) => void;
  readonly edit: (post: Post) => void;
  readonly remove: (post: Post) => void;
  readonly history: (post: Post) => void;
  readonly copyLink: (post: Post) => void;
  readonly proof: (post: Post) => void;
  readonly report: (post: Post) => void;
  readonly appeal: (post: Post) => void;
  readonly react: (post: Post, emoji: string, on: boolean) => void;
}

/** Whether a post can be reported: it is someone else’s and visible to everyone. */
export const reportable = (post: Post, me: string | null): boolean =>
  post.author.did !== me && post.held === null && post.deleted === null;

/** The menu of a post; `me` is the reader. */
export function postEntries(post: Post, commands: PostCommands, me: string | null): MenuEntry[] {
  const { block } = post.finality;
  return [
    ...(post.may.edit
      ? [{ id: 'edit', label: words.post.edit, shortcut: 'e', run: () => commands.edit(post) }]
      : []),
    { id: 'copy', label: words.post.copyLink, shortcut: 'c', run: () => commands.copyLink(post) },
    ...(post.edits > 0
      ? [{ id: 'history', label: words.post.history, run: () => commands.history(post) }]
      : []),
    ...(block === undefined
      ? []
      : [{ id: 'proof', label: words.post.proof(block), shortcut: 's', run: () => commands.proof(post) }]),
    ...(reportable(post, me)
      ? [{ id: 'report', label: heldWords.report, shortcut: '!', run: () => commands.report(post) }]
      : []),
    ...(post.may.delete
      ? [
          {
            id: 'delete',
            label: words.post.remove,
            shortcut: 'delete',
            danger: true,
            run: () => commands.remove(post),
          },
        ]
      : []),
  ];
}
