import { IntlMessageFormat } from 'intl-messageformat';
import { expect, expectTypeOf, test } from 'vitest';
import { Problem, problemOf } from './errors.ts';
import { defineProblems, type ParamsIn } from './problems.ts';

const problem = defineProblems('harbour', {
  closed: { message: 'The harbour is closed.', remedy: 'Come back tomorrow.' },
  full: {
    message: '“{name}” has no room for {count, plural, one {# boat} other {# boats}}.',
    remedy: 'Ask {who}.',
  },
  'full-at-night': { code: 'full', message: 'Nobody answers at night.' },
});

test('a problem is filled in from its catalogue and says which text it is', () => {
  expect(problemOf(problem('closed'))).toEqual({
    code: 'closed',
    message: 'The harbour is closed.',
    remedy: 'Come back tomorrow.',
    messageId: 'harbour.closed',
    params: {},
  });
  const cause = new Error('tide');
  const full = problem('full', { name: 'Kiel', count: 1, who: 'the pilot' }, { cause });
  expect(full).toBeInstanceOf(Problem);
  expect(full).toMatchObject({
    code: 'full',
    message: '“Kiel” has no room for 1 boat.',
    remedy: 'Ask the pilot.',
    messageId: 'harbour.full',
    params: { name: 'Kiel', count: 1, who: 'the pilot' },
    cause,
  });
  expect(problem.fields('full', { name: 'Kiel', count: 1200, who: 'x' }).message).toContain('1,200 boats');
});

test('several texts may share a code', () => {
  expect(problem('full-at-night')).toMatchObject({ code: 'full', remedy: null });
});

test('what a parameter holds is never read as a message', () => {
  expect(problem('full', { name: '{count}', count: 2, who: "'{'" })).toMatchObject({
    message: '“{count}” has no room for 2 boats.',
    remedy: "Ask '{'.",
  });
});

test('parameters are typed by the text', () => {
  expectTypeOf<ParamsIn<'{a} of {b, plural, one {# x} other {# y}}'>>().toEqualTypeOf<'a' | 'b'>();
  // @ts-expect-error a parameter is missing
  expect(() => problem('full', { name: 'Kiel', count: 1 })).toThrow(/who/);
});

test('plain parameters are filled in as ICU fills them in', () => {
  const plain = defineProblems('quay', { berth: { message: 'Berth {n} of {quay}: {n}.' } });
  const values = { n: 1200, quay: '$& {n}' };
  const icu = new IntlMessageFormat('Berth {n} of {quay}: {n}.', 'en', undefined, { ignoreTag: true });
  expect(plain('berth', values).message).toBe(String(icu.format(values)));
  expect(plain('berth', values).message).toBe('Berth 1200 of $& {n}: 1200.');
});
