import type { Problem } from './common.ts';

/**
 * The sign that replaces an invisible character; repeated for one of two UTF-16 units, so that offsets stay
 * valid.
 */
export const BOX = '\u25ab';

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';
const POP_EMBEDDING = '\u202c';
const OVERRIDES = '\u202d\u202e';
const ISOLATES = '\u2066\u2067\u2068';

/** Characters that end a paragraph of the bidirectional algorithm, and with it every isolate, but for the line feed. */
// oxlint-disable-next-line no-control-regex -- separators of paragraphs are what is replaced
const BREAKS = /[\u001c-\u001e\u0085\u2029]/g;
const CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;
/** A text that is isolated already. */
const ISOLATED = /^\u2068[^\u2066-\u2069]*\u2069$/;
/** Characters that make a text run from right to left, and controls that do. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u200f\u202b\u2067\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Text from somebody as it may be drawn: a box stands for each override and for each embedding or isolate that its line
 * leaves open or never opened, since those would turn the text around them too. Marks that keep to themselves
 * (U+200E, U+200F, U+061C, pairs within a line) stay, since Arabic and Hebrew need them. As long as the text.
 */
export function shown(text: string): string {
  const whole = text.replace(BREAKS, BOX);
  if (whole.search(CONTROLS) < 0) return whole;
  return whole.split('\n').map(balanced).join('\n');
}

function balanced(line: string): string {
  const boxed = new Set<number>();
  const open: { readonly at: number; readonly sign: string }[] = [];
  for (const { index: at, 0: sign } of line.matchAll(CONTROLS)) {
    if (sign === POP_EMBEDDING) {
      const last = open.at(-1);
      if (last === undefined || ISOLATES.includes(last.sign)) boxed.add(at);
      else {
        open.pop();
        if (OVERRIDES.includes(last.sign)) boxed.add(last.at).add(at);
      }
    } else if (sign === POP_ISOLATE) {
      const from = open.findLastIndex((one) => ISOLATES.includes(one.sign));
      if (from < 0) boxed.add(at);
      else for (const { at: within } of open.splice(from).slice(1)) boxed.add(within);
    } else {
      open.push({ at, sign });
    }
  }
  for (const { at } of open) boxed.add(at);
  return line.replace(CONTROLS, (sign, at: number) => (boxed.has(at) ? BOX : sign));
}

/**
 * Text from somebody as part of a sentence, of a label or of a line with other texts: in one line, and isolated if it has
 * anything that runs from right to left, so that it leaves the order of the words around it alone.
 */
export function isolated(text: string): string {
  const line = shown(text).replace(/\s+/g, ' ');
  if (!RIGHT_TO_LEFT.test(line) || ISOLATED.test(line)) return line;
  return `${FIRST_STRONG_ISOLATE}${line}${POP_ISOLATE}`;
}

/** A text without the isolates that {@link isolated} adds: a name that was copied from a sentence has them. */
export const withoutIsolates = (text: string): string =>
  text.replaceAll(FIRST_STRONG_ISOLATE, '').replaceAll(POP_ISOLATE, '');

/** A problem as it may be drawn: its sentences contain texts from somebody as parameters. */
export function shownProblem<P extends Pick<Problem, 'message' | 'remedy' | 'params'>>(problem: P): P {
  const theirs = Object.values(problem.params ?? {})
    .filter((value) => typeof value === 'string')
    .filter((value) => value !== '' && isolated(value) !== value)
    .toSorted((a, b) => b.length - a.length);
  if (theirs.length === 0)
    return { ...problem, message: shown(problem.message), remedy: problem.remedy && shown(problem.remedy) };
  const isolate = (sentence: string): string => {
    // One pass, so that a parameter inside another is not isolated twice.
    const parts: string[] = [];
    let rest = 0;
    for (let at = 0; at < sentence.length; at += 1) {
      const found = theirs.find((value) => sentence.startsWith(value, at));
      if (found === undefined) continue;
      parts.push(shown(sentence.slice(rest, at)), isolated(found));
      rest = at + found.length;
      at = rest - 1;
    }
    return [...parts, shown(sentence.slice(rest))].join('');
  };
  return { ...problem, message: isolate(problem.message), remedy: problem.remedy && isolate(problem.remedy) };
}
