import unhomoglyph from 'unhomoglyph';

/** The alphabets that UTS #39 lets stand together: those of one language that writes in several. */
const TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];
/** The scripts in which a name may be written, each on its own. */
const ALONE =
  'Latin Cyrillic Greek Armenian Georgian Hebrew Arabic Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Khmer Ethiopic Mongolian'.split(
    ' ',
  );

const PATTERNS = [...TOGETHER, ...ALONE.map((script) => [script])].map((scripts) => {
  const allowed = [...scripts, 'Common', 'Inherited'].map((script) => `\\p{scx=${script}}`);
  return new RegExp(`^[${allowed.join('')}]*$`, 'u');
});

/**
 * Whether a name mixes scripts that do not belong together: it is not "highly restrictive" by UTS #39, section 5.2, with
 * the scripts of each character by its Script_Extensions.
 */
export function mixesScripts(name: string): boolean {
  return !PATTERNS.some((pattern) => pattern.test(name));
}

/** By character: the table of the library is long, and names use few characters. */
const known = new Map<string, string>();

function prototypeOf(character: string): string {
  let found = known.get(character);
  if (found === undefined) known.set(character, (found = unhomoglyph(character)));
  return found;
}

/**
 * The skeleton of a name by UTS #39, section 4: names with the same skeleton can be taken for each other. Repeated blanks
 * count as one.
 */
export function skeletonOf(name: string): string {
  const characters = [...name.trim().replaceAll(/\s+/g, ' ').normalize('NFD')];
  return characters.map(prototypeOf).join('').normalize('NFD');
}

/** The skeletons of a name as it is written and in lower case: two names look alike if they share one. */
export function skeletonsOf(name: string): string[] {
  return [...new Set([skeletonOf(name), skeletonOf(name.toLowerCase())])];
}
