import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { features } from '../features.ts';
import { globalActions } from './global.ts';
import { chordOf } from './keyboard.ts';
import { available, clashes, useActionsStore, type Action } from './registry.ts';
import { parseHash } from './route.ts';

const action = (id: string, shortcut?: string, when?: () => boolean): Action => ({
  id,
  label: id,
  section: 'view',
  run: () => undefined,
  ...(shortcut === undefined ? {} : { shortcut }),
  ...(when === undefined ? {} : { when }),
});
const nothing = () => undefined;

/** The keys of the actions of all views, as their sources give them. */
function viewKeys(): { file: string; key: string }[] {
  const folder = join(import.meta.dirname, '../features');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/(^|\/)feature\.ts$|\.test\./.test(name))
    .map((name) => join(folder, name));
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    // Only what is offered as an action takes a key; other places show keys of actions that exist.
    if (!text.includes('useActions') && !text.includes(': Action')) return [];
    const named = text.matchAll(/\bshortcut: '([^']+)'/g);
    const given = text.matchAll(/\baction\(\s*'[\w-]+',[^']*?'([^']{1,10})',/g);
    return [...named, ...given].map(([, key]) => ({ file: basename(file), key: key!.toLowerCase() }));
  });
}

describe('actions', () => {
  test('no two global actions share a shortcut', () => {
    const handlers = { openPalette: nothing, openKeys: nothing, nextTheme: nothing };
    expect(clashes(globalActions({ features, ...handlers }))).toEqual([]);
  });

  test('no view takes a key that must work everywhere, except the one that searches', () => {
    const handlers = {
      openPalette: nothing,
      openKeys: nothing,
      openCommunities: nothing,
      nextTheme: nothing,
    };
    const everywhere = globalActions({ features, ...handlers })
      .flatMap(({ shortcut }) => shortcut ?? [])
      // A room whose key is a letter gives way to a view.
      .filter((key) => !/^[a-z]$/.test(key) || key === 'o');
    expect(everywhere).toEqual(expect.arrayContaining(['ctrl+k', '?', 'o', ',', '1', '2', '3', '/']));
    const taken = viewKeys().filter(({ key }) => everywhere.includes(key) && key !== '/');
    expect(taken).toEqual([]);
  });

  test('a shared shortcut is reported with both actions', () => {
    expect(clashes([action('post', 'n'), action('note', 'N'), action('other', 'o')])).toEqual([
      'n: post, note',
    ]);
  });

  test('a view takes a key from the console, which keeps the action without the key', () => {
    const state = {
      scopes: [
        { name: 'global', actions: [action('search', '/')] },
        { name: 'view', actions: [action('find-here', '/')] },
      ],
    };
    expect(available(state).map(({ id, shortcut }) => [id, shortcut])).toEqual([
      ['find-here', '/'],
      ['search', undefined],
    ]);
  });

  test('an inner view wins a key, whichever was opened first', () => {
    const store = useActionsStore.getState();
    store.open({ name: 'thread', actions: [action('reply', 'r')] }, 2);
    store.open({ name: 'boards', actions: [action('refresh', 'r')] }, 1);
    expect(available().map(({ id, shortcut }) => [id, shortcut])).toEqual([
      ['reply', 'r'],
      ['refresh', undefined],
    ]);
    store.close('thread');
    store.close('boards');
  });

  test('an unavailable action is not offered', () => {
    const state = {
      scopes: [{ name: 'view', actions: [action('reply', 'r', () => false), action('quote')] }],
    };
    expect(available(state).map(({ id }) => id)).toEqual(['quote']);
  });
});

test('the command key of a Mac counts as Control', () => {
  const press = { key: 'K', ctrlKey: false, metaKey: true, altKey: false };
  expect(chordOf(press)).toBe('ctrl+k');
});

test('a hash is split into the parts of a place and unescaped', () => {
  expect(parseHash('#/boards/caf%C3%A9/50%')).toEqual({ community: null, route: ['boards', 'café', '50%'] });
  expect(parseHash('#/~q4s52zy/boards')).toEqual({ community: 'q4s52zy', route: ['boards'] });
  expect(parseHash('')).toEqual({ community: null, route: [] });
});
