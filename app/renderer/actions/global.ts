import { communities } from '../messages/communities.ts';
import { t } from '../messages/en.ts';
import { withRoom, type ConsoleFeature } from '../feature.ts';
import type { Action } from './registry.ts';
import { go } from './route.ts';

export interface GlobalHandlers {
  readonly features: readonly ConsoleFeature[];
  openPalette: () => void;
  openKeys: () => void;
  openCommunities: () => void;
  nextTheme: () => void;
}

/** Actions available everywhere. */
export function globalActions({
  features,
  openPalette,
  openKeys,
  openCommunities,
  nextTheme,
}: GlobalHandlers): Action[] {
  return [
    ...withRoom(features).map(({ name, room }): Action => ({
      id: `go.${name}`,
      label: t.shell.goTo(room.label),
      section: 'go',
      shortcut: room.shortcut,
      run: () => go(name),
      speech: room.label,
    })),
    {
      id: 'palette',
      label: t.shell.everything,
      section: 'help',
      shortcut: 'ctrl+k',
      run: openPalette,
      line: true,
    },
    { id: 'search', label: t.shell.search, section: 'view', shortcut: '/', run: openPalette, line: true },
    {
      id: 'communities',
      label: t.shell.communities,
      section: 'community',
      shortcut: 'o',
      run: openCommunities,
      line: true,
    },
    { id: 'communities.add', label: communities.add, section: 'community', run: () => go('add') },
    ...(features.some(({ name }) => name === 'calls')
      ? [
          {
            id: 'calls.new',
            label: t.shell.openCall,
            section: 'community' as const,
            run: () => go('calls', 'new'),
          },
        ]
      : []),
    { id: 'keys', label: t.shell.keysOfView, section: 'help', shortcut: '?', run: openKeys, line: true },
    { id: 'theme.next', label: t.shell.nextTheme, section: 'view', run: nextTheme },
    {
      id: 'settings.phrase',
      label: t.shell.showPhrase,
      section: 'node',
      run: () => go('settings', 'identity'),
    },
    {
      id: 'settings.own',
      label: t.shell.ownSettings,
      section: 'community',
      run: () => go('settings', 'own'),
    },
    { id: 'maintenance.backups', label: t.shell.backups, section: 'node', run: () => go('settings', 'care') },
    {
      id: 'archive.import',
      label: t.shell.importArchive,
      section: 'community',
      run: () => go('settings', 'archive'),
    },
  ];
}
