import type { Post, Thread } from '../../../contract/index.ts';
import type { Action } from '../../actions/registry.ts';
import { go } from '../../actions/route.ts';
import { boards as words } from '../../messages/boards.ts';
import { heldWords } from '../../messages/reviewPages.ts';
import { reportable } from './postEntries.ts';
import type { PostCommands } from './postEntries.ts';

export interface ThreadMoment {
  readonly commands: PostCommands;
  /** The focused post. */
  readonly current: Post | null;
  readonly thread: Thread | null;
  readonly me: string | null;
  /** The composer and all dialogs are closed. */
  readonly reading: boolean;
  readonly unreadLeft: boolean;
  readonly mayMark: boolean;
  readonly markRead: () => void;
  readonly mark: (change: { pinned?: boolean; locked?: boolean }) => void;
  readonly onBack: () => void;
}

/** The actions in a thread, as far as they apply now. */
export function threadActions(moment: ThreadMoment): Action[] {
  const { commands, current, thread, me, reading, unreadLeft, mayMark, markRead, mark, onBack } = moment;
  const may = (part: keyof Post['may']) => current !== null && current.may[part];
  return [
    {
      id: 'thread.reply',
      label: words.keys.reply,
      section: 'view',
      shortcut: 'r',
      line: true,
      when: () => reading && may('reply'),
      run: () => current && commands.reply(current),
    },
    {
      id: 'thread.edit',
      label: words.keys.edit,
      section: 'view',
      shortcut: 'e',
      line: true,
      when: () => reading && may('edit'),
      run: () => current && commands.edit(current),
    },
    {
      id: 'thread.read',
      label: words.keys.markRead,
      section: 'view',
      shortcut: 'm',
      line: true,
      when: () => reading && unreadLeft,
      run: markRead,
    },
    {
      id: 'thread.copy',
      label: words.keys.copyLink,
      section: 'view',
      shortcut: 'c',
      line: true,
      when: () => reading && current !== null,
      run: () => current && commands.copyLink(current),
    },
    {
      id: 'thread.proof',
      label: words.keys.proof,
      section: 'view',
      shortcut: 's',
      when: () => reading && current?.finality.level === 'certified',
      run: () => current && commands.proof(current),
    },
    {
      id: 'thread.delete',
      label: words.keys.remove,
      section: 'view',
      shortcut: 'delete',
      when: () => reading && may('delete'),
      run: () => current && commands.remove(current),
    },
    {
      id: 'thread.report',
      label: heldWords.reportKey,
      section: 'view',
      shortcut: '!',
      when: () => reading && current !== null && reportable(current, me),
      run: () => current && commands.report(current),
    },
    {
      id: 'thread.review',
      label: heldWords.review,
      section: 'view',
      shortcut: 'v',
      line: true,
      when: () => reading && mayMark && current?.held !== null && current !== null,
      run: () => current && go('review', 'queue', current.id),
    },
    {
      id: 'thread.pin',
      label: thread?.pinned ? words.keys.unpin : words.keys.pin,
      section: 'view',
      shortcut: 'p',
      when: () => reading && mayMark && thread !== null,
      run: () => mark({ pinned: !thread?.pinned }),
    },
    {
      id: 'thread.lock',
      label: thread?.locked ? words.keys.unlock : words.keys.lock,
      section: 'view',
      shortcut: 'l',
      when: () => reading && mayMark && thread !== null,
      run: () => mark({ locked: !thread?.locked }),
    },
    {
      id: 'thread.back',
      label: words.keys.back,
      section: 'view',
      shortcut: 'escape',
      line: true,
      when: () => reading,
      run: onBack,
    },
    {
      id: 'thread.back.h',
      label: words.keys.back,
      section: 'view',
      shortcut: 'h',
      when: () => reading,
      run: onBack,
    },
    {
      id: 'thread.back.left',
      label: words.keys.back,
      section: 'view',
      shortcut: 'arrowleft',
      when: () => reading,
      run: onBack,
    },
  ];
}
