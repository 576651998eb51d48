import { useActions } from '../../actions/registry.ts';
import { go } from '../../actions/route.ts';
import { boards as words } from '../../messages/boards.ts';
import { searchPlace } from './place.ts';

/** The state of the browser on which its actions depend. */
interface BrowserMoment {
  /** A list is shown, and neither dialog nor composer is open. */
  readonly browsing: boolean;
  readonly searching: boolean;
  /** The composer and the dialog for a new board are closed. */
  readonly free: boolean;
  readonly mayWrite: boolean;
  readonly mayMake: boolean;
  readonly unreadOnly: boolean;
  /** The address names a board. */
  readonly named: boolean;
  readonly narrow: boolean;
}

interface BrowserCommands {
  readonly compose: () => void;
  readonly toggleUnread: () => void;
  readonly markRead: () => void;
  readonly make: () => void;
  readonly toBoards: () => void;
}

/** Offers the actions of the boards room, as far as they apply now. */
export function useBrowserActions(moment: BrowserMoment, commands: BrowserCommands): void {
  const { browsing, searching, free, mayWrite, mayMake, unreadOnly, named, narrow } = moment;
  useActions([
    {
      id: 'boards.new',
      label: words.keys.newThread,
      section: 'view',
      shortcut: 'n',
      line: true,
      when: () => free && !searching && mayWrite,
      run: commands.compose,
    },
    {
      id: 'boards.search',
      label: words.keys.search,
      section: 'view',
      shortcut: '/',
      line: true,
      when: () => !searching,
      run: () => go(...searchPlace),
    },
    {
      id: 'boards.unread',
      label: unreadOnly ? words.keys.allThreads : words.keys.unread,
      section: 'view',
      shortcut: 'u',
      line: true,
      when: () => browsing,
      run: commands.toggleUnread,
    },
    {
      id: 'boards.read',
      label: words.keys.markRead,
      section: 'view',
      shortcut: 'm',
      line: true,
      when: () => browsing,
      run: commands.markRead,
    },
    {
      id: 'boards.make',
      label: words.keys.newBoard,
      section: 'community',
      shortcut: 'b',
      line: true,
      when: () => browsing && mayMake,
      run: commands.make,
    },
    {
      id: 'boards.back',
      label: words.keys.back,
      section: 'view',
      shortcut: 'escape',
      when: () => browsing && named,
      run: () => go('boards'),
    },
    {
      id: 'boards.back.h',
      label: words.keys.back,
      section: 'view',
      shortcut: 'h',
      when: () => browsing && (named || !narrow),
      run: commands.toBoards,
    },
    {
      id: 'boards.back.left',
      label: words.keys.back,
      section: 'view',
      shortcut: 'arrowleft',
      when: () => browsing && (named || !narrow),
      run: commands.toBoards,
    },
  ]);
}
