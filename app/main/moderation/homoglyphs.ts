/** Tests on characters and words for normalisation; pure, and identical to the Python counterpart. */

export const WORD = /[\p{L}\p{N}]+/gu;
export const LETTERS = /^\p{L}+$/u;
export const MARKS = /[\p{Mn}\p{Me}\p{Cf}\u034f]/gu;
const LONG_RUN = /([^\p{N}])\1{2,}/gsu;
const RUN = /(.)\1+/gsu;
const OUTER_LEFT = /^[^\p{L}\p{N}@$|!*]+/u;
const OUTER_RIGHT = /[^\p{L}\p{N}@$*]+$/u;
const SIMPLE = /^[a-z0-9]$/;
const DIGITS = /^\p{N}+$/u;
const LOWER = /^[a-z]+$/;
const DIGIT = /\p{N}/gu;
const PICTURE = /\p{Extended_Pictographic}/gu;
// oxlint-disable-next-line no-control-regex -- all of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;

/** Shorter substrings are copied: SlicedString::kMinLength of V8. */
const SHORTEST_PART = 13;

const MAX_PICTURES = 3;
const MAX_DIGITS = 9;
const MAX_SPELLING = 24;

export const isAscii = (text: string): boolean => ASCII.test(text);

/** Whether a text is ASCII without repeated adjacent characters; most words are, and need no further work. */
function isPlain(text: string): boolean {
  let before = -1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 127 || code === before) return false;
    before = code;
  }
  return true;
}

/** A text in which every run of three or more of one character, except digits, is shortened to two. */
export const shortened = (text: string): string => (isPlain(text) ? text : text.replace(LONG_RUN, '$1$1'));

/** A text in which every run of one character is shortened to one. */
export const collapsed = (text: string): string => (isPlain(text) ? text : text.replace(RUN, '$1'));

/** A chunk without the punctuation around it. */
export function trimmed(clean: string): string {
  const left = SIMPLE.test(clean.charAt(0)) ? clean : clean.replace(OUTER_LEFT, '');
  return SIMPLE.test(left.charAt(left.length - 1)) ? left : left.replace(OUTER_RIGHT, '');
}

/**
 * A copy of the text in its own memory. Engines let a substring refer to the whole text, so that a cache of
 * words would keep alive every message that one of them came from.
 */
export const ownCopy = (text: string): string => (text.length < SHORTEST_PART ? text : [...text].join(''));

/** A word without accents. */
export function bare(word: string): string {
  return isAscii(word) ? word : word.normalize('NFD').replace(MARKS, '');
}

/** A number by its length, a word by its letters without accents. */
export function shapeOf(word: string): string {
  if (LOWER.test(word)) return word;
  if (DIGITS.test(word)) return `<n${Math.min([...word].length, MAX_DIGITS)}>`;
  return bare(word.replace(DIGIT, '0'));
}

/** A chunk as written, with punctuation: a token of its own that begins with `=`. */
export function spellingOf(chunk: string): string {
  const spelt = bare(shortened(chunk).replace(DIGIT, '0'));
  return `=${isAscii(spelt) ? spelt.slice(0, MAX_SPELLING) : [...spelt].slice(0, MAX_SPELLING).join('')}`;
}

/** Whether `word` is `target` with repeated letters: every run of the target has the same length or more. */
export function covers(word: string, target: string): boolean {
  let at = 0;
  for (let i = 0; i < target.length;) {
    const letter = target.charAt(i);
    let wanted = 0;
    for (; i < target.length && target.charAt(i) === letter; i += 1) wanted += 1;
    let found = 0;
    for (; at < word.length && word.charAt(at) === letter; at += 1) found += 1;
    if (found < wanted) return false;
  }
  return at === word.length;
}

/** Meaningful characters around the words of a chunk. */
export function marksOf(chunk: string): string[] {
  const marks: string[] = [];
  if (chunk.includes('!')) marks.push(chunk.includes('!!') ? '<!!>' : '<!>');
  if (chunk.includes('?')) marks.push('<?>');
  if (/[$£€]/u.test(chunk)) marks.push('<$>');
  if (chunk.includes('%')) marks.push('<%>');
  if (chunk.includes('#')) marks.push('<#>');
  if (chunk.includes('*')) marks.push('<*>');
  if (!isAscii(chunk)) marks.push(...(chunk.match(PICTURE) ?? []).slice(0, MAX_PICTURES));
  return marks;
}

/** How long a message is and how much of it is in capitals. */
export function flagsOf(text: string): string[] {
  let upper = 0;
  let lower = 0;
  const end = Math.min(text.length, 2000);
  for (let at = 0; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 65 && code <= 90) upper += 1;
    else if (code >= 97 && code <= 122) lower += 1;
  }
  const shout = upper + lower >= 8 ? Math.floor((upper * 10) / (upper + lower)) : 0;
  const size = Math.min(text.length, 4096);
  return [`<caps${shout}>`, `<len${size === 0 ? 0 : 32 - Math.clz32(size)}>`];
}
