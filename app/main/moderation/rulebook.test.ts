import { expect, test } from 'vitest';
import { logMigrations } from '../log/migrations.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { moderationMigrations } from './migrations.ts';
import type { Author } from './ports.ts';
import { Rulebook, type RuledMessage } from './rulebook.ts';

const DAY_MS = 86_400_000;
const AT_MS = 400 * DAY_MS;

/** A rulebook with a list, and a member who joined 29 days ago and wrote 500 messages. */
function setUp() {
  const book = new Rulebook(openDatabase(':memory:', [...logMigrations, ...moderationMigrations]));
  book.importList({ name: 'ours', text: 'kraken', decision: 'queue' }, { id: 'ours', nowMs: AT_MS });
  const message = (about: Partial<Author> = {}, more: Partial<RuledMessage> = {}): RuledMessage => ({
    text: 'the kraken wakes',
    author: new Uint8Array(32),
    atMs: AT_MS,
    about: { role: 'member', joinedMs: AT_MS - 29 * DAY_MS, messages: 500, ...about },
    imported: false,
    isMine: false,
    ...more,
  });
  const scrutiny = (about: Partial<Author>, held = 0, imported = false) =>
    book.scrutiny(message(about, { imported }), () => held);
  /** The codes of what the rules find in as many messages as nobody writes in a minute. */
  const codes = (about: Partial<Author>, more: Partial<RuledMessage> = {}) => {
    const text =
      'see a.example b.example c.example d.example e.example f.example g.example h.example i.example';
    const found = Array.from({ length: 60 }, () => book.findings(message(about, { text, ...more })));
    return new Set(found.flat().map(({ reason }) => reason.code));
  };
  return { book, message, scrutiny, codes };
}

test('[J17] messages of sysops are checked against lists only', () => {
  const { book, message, scrutiny } = setUp();
  expect(scrutiny({ role: 'sysop' })).toBe('none');
  const often = Array.from({ length: 60 }, () => book.findings(message({ role: 'sysop' })));
  expect(new Set(often.flat().map(({ reason }) => reason.code))).toEqual(new Set(['word']));
});

test('[J17] the trusted role, or enough days and messages of which none is held, makes an author trusted', () => {
  const { book, scrutiny } = setUp();
  const known = { joinedMs: AT_MS - 30 * DAY_MS, messages: 50 };
  expect(scrutiny({ role: 'moderator', joinedMs: AT_MS, messages: 0 }, 3)).toBe('trusted');
  expect(scrutiny(known)).toBe('trusted');
  expect(scrutiny(known, 1)).toBe('full');
  expect(scrutiny({ ...known, messages: 49 })).toBe('full');
  expect(scrutiny({ ...known, joinedMs: known.joinedMs + 1 })).toBe('full');
  book.setRules({ trustedRole: 'sysop' });
  expect(scrutiny({ role: 'moderator', messages: 0 })).toBe('full');
});

test('[J17] imported messages are judged in full, no matter who imports them', () => {
  const { scrutiny } = setUp();
  expect(scrutiny({ role: 'sysop' }, 0, true)).toBe('full');
  expect(scrutiny({ joinedMs: 0 }, 0, true)).toBe('full');
});

const LIMITS = new Set(['rate', 'duplicate', 'links']);

test('[J31] a member who claims to import gets the limits of every member', () => {
  expect(setUp().codes({}, { imported: true })).toEqual(LIMITS);
  expect(setUp().codes({}, { imported: false })).toEqual(LIMITS);
  const fresh = { joinedMs: AT_MS, messages: 0 };
  expect(setUp().codes(fresh, { imported: true })).toEqual(LIMITS);
});

test('[J31] from the role on that may import, imported messages alone are free of limits', () => {
  const { book, codes } = setUp();
  expect(codes({ role: 'moderator' }, { imported: true })).toEqual(new Set());
  expect(codes({ role: 'moderator' }, { imported: false })).toEqual(LIMITS);
  book.setRules({ importRole: 'member' });
  expect(codes({}, { imported: true })).toEqual(new Set());
  expect(codes({ role: null }, { imported: true })).toEqual(LIMITS);
  book.setRules({ importRole: 'sysop' });
  expect(codes({ role: 'moderator' }, { imported: true })).toEqual(LIMITS);
});

test('[J31] imports of the node’s own person are free of limits on that node, lists apply', () => {
  const { codes } = setUp();
  expect(codes({}, { imported: true, isMine: true })).toEqual(new Set());
  expect(codes({}, { imported: true, isMine: true, text: 'a kraken' })).toEqual(new Set(['word']));
  expect(codes({}, { imported: false, isMine: true })).toEqual(LIMITS);
});
