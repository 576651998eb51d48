import table from './normalise.json' with { type: 'json' };
import { bare, collapsed, covers, isAscii, LETTERS, trimmed } from './homoglyphs.ts';

const MAX_DOUBTFUL = 3;
export const LONGEST_LISTED = 14;
const WILD = new Set('*#%_-.');
const SEPARATORS = new Set(`.-_~*'’·•,:;+=/\\^|()[]{}<>"`);

/** Words that are found in any disguise. */
export class ListedWords {
  readonly #leet = new Map<string, readonly string[]>(Object.entries(table.leet));
  readonly #listed = new Set(table.targets);
  readonly #byShape = new Map<string, string[]>();
  readonly #byLength = new Map<string, string[]>();

  constructor() {
    const put = (map: Map<string, string[]>, key: string, word: string) => {
      const words = map.get(key);
      if (words) words.push(word);
      else map.set(key, [word]);
    };
    for (const word of table.targets) {
      put(this.#byShape, collapsed(word), word);
      put(this.#byLength, `${word.length}${word.charAt(0)}`, word);
    }
  }

  /** Whether a word is listed as written. */
  holds(word: string): boolean {
    return this.#listed.has(word);
  }

  /** The letter that a character most likely replaces; empty if none. */
  letterOf(character: string): string {
    return this.#leet.get(character)?.[0] ?? '';
  }

  /** The listed word that a chunk stands for, in any disguise, or null. */
  target(clean: string): string | null {
    const core = trimmed(clean);
    if (core.length < 3 || core.length > 80) return null;
    if (LETTERS.test(core)) {
      const size = isAscii(core) ? core.length : [...core].length;
      return size < 3 || size > 40 ? null : this.repeated(bare(core));
    }
    const characters = [...core];
    if (characters.length < 3 || characters.length > 40) return null;
    const letters = characters.filter((character) => LETTERS.test(character)).length;
    if (letters === 0 || letters * 4 < characters.length || (characters.length === 3 && letters < 2))
      return null;
    const options = this.#options(characters);
    if (options === null) return null;
    for (const reading of readings(options)) {
      const found = this.repeated(reading);
      if (found !== null) return found;
    }
    return this.#masked(characters, letters);
  }

  /** The possible letters of every character; null if one has none. */
  #options(characters: readonly string[]): (readonly string[])[] | null {
    const options: (readonly string[])[] = [];
    let doubtful = 0;
    for (const character of characters) {
      const leet = this.#leet.get(character);
      if (LETTERS.test(character)) options.push([bare(character)]);
      else if (leet !== undefined) {
        options.push(leet.length > 1 && doubtful < MAX_DOUBTFUL ? leet : leet.slice(0, 1));
        if (leet.length > 1) doubtful += 1;
      } else if (SEPARATORS.has(character)) options.push(['']);
      else return null;
    }
    return options;
  }

  /** The listed word that a word equals when repeated letters are removed, or null. */
  repeated(word: string): string | null {
    if (this.#listed.has(word)) return word;
    return this.#byShape.get(collapsed(word))?.find((target) => covers(word, target)) ?? null;
  }

  /** `f**k`: at least half of it legible, first letter first. */
  #masked(characters: readonly string[], letters: number): string | null {
    if (letters * 2 < characters.length || !LETTERS.test(characters[0]!)) return null;
    const candidates = this.#byLength.get(`${characters.length}${characters[0]}`) ?? [];
    const fits = (target: string) => characters.every((c, at) => c === target.charAt(at) || WILD.has(c));
    return candidates.find(fits) ?? null;
  }

  /** Listed words of four letters or more within letters that were written apart; null if there is none. */
  inside(letters: string): string[] | null {
    const words: string[] = [];
    let rest = '';
    let any = false;
    for (let at = 0; at < letters.length;) {
      let hit: string | null = null;
      let length = Math.min(LONGEST_LISTED, letters.length - at);
      for (; length > 3; length -= 1) {
        hit = this.repeated(letters.slice(at, at + length));
        if (hit !== null) break;
      }
      if (hit === null) {
        rest += letters.charAt(at);
        at += 1;
        continue;
      }
      if (rest !== '') words.push(rest);
      rest = '';
      words.push(hit);
      any = true;
      at += length;
    }
    if (rest !== '') words.push(rest);
    return any ? words : null;
  }
}

/** Every word that the options spell, the most likely first. */
function* readings(options: readonly (readonly string[])[]): Generator<string> {
  const open = options.flatMap((option, at) => (option.length > 1 ? [at] : []));
  for (let choice = 0; choice < 1 << open.length; choice += 1) {
    yield options
      .map((option, at) => {
        const place = open.indexOf(at);
        // The first ambiguous character changes slowest, as in the Python counterpart.
        return option[place < 0 ? 0 : (choice >> (open.length - 1 - place)) & 1]!;
      })
      .join('');
  }
}
