/**
 * Two plugins for StrykerJS, loaded by its path into processes of its own:
 * https://stryker-mutator.io/docs/stryker-js/api/. Its types are not imported, since it is installed only at first use.
 */
import { createHash } from 'node:crypto';

interface Mutant {
  readonly id: string;
  readonly fileName: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: object; readonly end: object };
}

/** A node of the syntax tree with its surroundings, as Babel tells. */
interface NodePath {
  readonly node: Node;
}
interface Node {
  readonly type: string;
  readonly callee?: { readonly type: string; readonly name?: string; readonly object?: Named };
  readonly expression?: Node;
}
interface Named {
  readonly name?: string;
  readonly property?: { readonly name?: string; readonly id?: { readonly name?: string } };
}

/** Orders changes as if by lot: the same changes come first for the same seed. */
const lot = (seed: string, { fileName, mutatorName, replacement = '', location }: Mutant): string =>
  createHash('sha256')
    .update(
      JSON.stringify([seed, fileName.replace(/^.*\/app\/main\//, ''), location, mutatorName, replacement]),
    )
    .digest('hex');

/** Leaves out all changes but a number of them drawn by lot, `IMPULSE_MUTANTS_SAMPLE` and `IMPULSE_MUTANTS_SEED`. */
function sampler() {
  const size = Number(process.env['IMPULSE_MUTANTS_SAMPLE']);
  const seed = process.env['IMPULSE_MUTANTS_SEED'] ?? '';
  return {
    init: () => Promise.resolve(),
    /** StrykerJS hands over all changes of a room at once; they stay together, so that `check` can draw from all. */
    group: (mutants: readonly Mutant[]) => Promise.resolve([mutants.map(({ id }) => id)]),
    check(mutants: readonly Mutant[]) {
      const order = mutants.map((mutant) => ({ id: mutant.id, at: lot(seed, mutant) }));
      order.sort((a, b) => (a.at < b.at ? -1 : 1));
      const outcome = (place: number) =>
        place < size ? { status: 'passed' } : { status: 'compileError', reason: 'not drawn' };
      return Promise.resolve(Object.fromEntries(order.map(({ id }, place) => [id, outcome(place)])));
    },
  };
}

const ERRORS = /^(?:Type|Range)?Error$/;

/** Sentences: of catalogues, of errors that nobody tells apart by them, and lines of the log. */
function isProse({ type, callee, expression }: Node): boolean {
  if (type === 'ExpressionStatement' && expression !== undefined) return isProse(expression);
  if (type === 'NewExpression') return ERRORS.test(callee?.name ?? '');
  if (type === 'CallExpression' && callee?.name === 'defineProblems') return true;
  if (type !== 'CallExpression' || callee?.type !== 'MemberExpression') return false;
  const { object } = callee;
  const of = object?.name ?? object?.property?.name ?? object?.property?.id?.name ?? '';
  return of === 'logger';
}

const prose = {
  shouldIgnore: (path: NodePath): string | undefined => (isProse(path.node) ? 'prose' : undefined),
};

export const strykerPlugins = [
  { kind: 'Checker', name: 'sample', factory: sampler },
  { kind: 'Ignore', name: 'prose', value: prose },
];
