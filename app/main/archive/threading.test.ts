import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MessageOutline } from './message.ts';
import { threadSubject } from './subject.ts';
import { ThreadIndex } from './threading.ts';

const DAY_MS = 24 * 3600 * 1000;

function mail(messageId: string, options: Partial<MessageOutline> = {}): MessageOutline {
  return {
    messageId,
    references: [],
    subject: '',
    date: null,
    list: '',
    topic: null,
    board: null,
    ...options,
  };
}

/** Each message's parent by id, and the order of the messages. */
function thread(mails: readonly MessageOutline[]) {
  const index = new ThreadIndex();
  const ids: string[] = [];
  for (const entry of mails)
    if (index.add(entry, { place: ids.length, length: 1, number: 1 }) === 'added') ids.push(entry.messageId);
  index.resolve();
  const parents: Record<string, string | null> = {};
  const roots: Record<string, string> = {};
  for (const [row, id] of ids.entries()) {
    parents[id] = ids[index.parentOf(row)] ?? null;
    roots[id] = ids[index.rootOf(row)] ?? '';
  }
  return { parents, roots, order: [...index.inOrder()].map((row) => ids[row] ?? '') };
}

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const mails = fc
  .uniqueArray(
    fc.record({
      messageId: fc.constantFrom(...names),
      references: fc.uniqueArray(fc.constantFrom(...names, 'gone'), { maxLength: 4 }),
      subject: fc.constantFrom('Hello', 'Re: Hello', 'Re: [list] Hello', 'AW: Other', 'Other', ''),
      date: fc.option(fc.integer({ min: 0, max: 30 }).map((day) => day * DAY_MS)),
      list: fc.constant(''),
      topic: fc.constant(null),
      board: fc.constant(null),
    }),
    { selector: (entry) => entry.messageId },
  )
  .map((all) =>
    all.map((entry) => ({ ...entry, references: entry.references.filter((id) => id !== entry.messageId) })),
  );

test('any order of the same messages gives the same trees', () => {
  fc.assert(
    fc.property(
      mails.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        expect(thread(shuffled).parents).toEqual(thread(all).parents);
      },
    ),
    { numRuns: 1000 },
  );
});

test('trees have no cycles, parents come first, and every message occurs once', () => {
  fc.assert(
    fc.property(mails, (all) => {
      const { parents, roots, order } = thread(all);
      expect(order.toSorted()).toEqual(all.map((entry) => entry.messageId).toSorted());
      for (const [at, id] of order.entries()) {
        const parent = parents[id] ?? null;
        if (parent !== null) expect(order.indexOf(parent)).toBeLessThan(at);
        expect(roots[id]).toBe(parent === null ? id : roots[parent]);
      }
    }),
    { numRuns: 1000 },
  );
});

test('the parent is the last reference that the archive holds', () => {
  const { parents } = thread([
    mail('a'),
    mail('b', { references: ['a'] }),
    mail('c', { references: ['a', 'b', 'lost'] }),
    mail('d', { references: ['lost'] }),
  ]);
  expect(parents).toEqual({ a: null, b: 'a', c: 'b', d: null });
});

test('a reply that precedes its parent in the file comes after it, all others in file order', () => {
  const { order } = thread([
    mail('x'),
    mail('c', { references: ['b'] }),
    mail('y'),
    mail('b', { references: ['a'] }),
    mail('a'),
  ]);
  expect(order).toEqual(['x', 'a', 'b', 'c', 'y']);
});

test('a reply without references joins its subject, but only within 14 days and only if marked as a reply', () => {
  const { parents } = thread([
    mail('start', { subject: '[list] Hello', date: 0 }),
    mail('answer', { subject: 'Re: [list] Hello', date: 10 * DAY_MS }),
    mail('same', { subject: 'hello', date: 11 * DAY_MS }),
    mail('later', { subject: 'AW: Re: Hello', date: 12 * DAY_MS }),
    mail('late', { subject: 'Re: Hello', date: 40 * DAY_MS }),
  ]);
  expect(parents).toEqual({ start: null, answer: 'start', same: null, later: 'same', late: null });
});

test('messages that refer to each other in a cycle start at the earliest', () => {
  const { parents } = thread([
    mail('a', { references: ['b'], date: 2 * DAY_MS }),
    mail('b', { references: ['a'], date: DAY_MS }),
  ]);
  expect(parents).toEqual({ a: 'b', b: null });
});

test('a chain of 100,000 replies is threaded without deep recursion', () => {
  const chain = Array.from({ length: 100_000 }, (_, at) =>
    mail(`m${at}`, at === 0 ? {} : { references: [`m${at - 1}`] }),
  );
  const { roots, order } = thread(chain.toReversed());
  expect(roots['m99999']).toBe('m0');
  expect(order.slice(0, 3)).toEqual(['m0', 'm1', 'm2']);
});

test('[AR4] a second message with the same id is the same if subject and date agree, and another otherwise', () => {
  const index = new ThreadIndex();
  const at = (place: number) => ({ place, length: 1, number: place + 1 });
  const first = { subject: 'Hello', date: 5 * DAY_MS };
  expect(index.add(mail('a', first), at(0))).toBe('added');
  expect(index.add(mail('a', { ...first, subject: '[list] Hello' }), at(1))).toBe('same');
  expect(index.add(mail('a', { ...first, date: null }), at(2))).toBe('same');
  expect(index.add(mail('a', { ...first, subject: 'Other' }), at(3))).toBe('other');
  expect(index.add(mail('a', { ...first, date: 6 * DAY_MS }), at(4))).toBe('other');
  expect(index.count).toBe(1);
});

test('[AR8] messages of a topic without parents answer its earliest message, whatever their order', () => {
  const topic = (id: string, day: number, references: string[] = []) =>
    mail(id, { topic: 't1', date: day * DAY_MS, references });
  const { parents } = thread([topic('c', 3), topic('a', 1), topic('d', 4, ['c']), topic('b', 2), mail('x')]);
  expect(parents).toEqual({ a: null, b: 'a', c: 'a', d: 'c', x: null });
});

test.each([
  ['Re: Hello', 'hello', true],
  ['RE[2]: AW: [ILUG] Re: Hello  World', 'hello world', true],
  ['[ilug] Hello', 'hello', false],
  ['Fwd: Hello', 'hello', false],
  ['Re:', '', true],
  ['Regarding: Hello', 'regarding: hello', false],
])('the subject %j has the base %j', (subject, base, reply) => {
  expect(threadSubject(subject)).toEqual({ base, reply });
});
