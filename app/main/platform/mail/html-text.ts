import { Parser } from 'htmlparser2';
import { hiddenClassesIn, isHidden, isQuoteBox } from './hidden-html.ts';

const SILENT = new Set([
  'script',
  'style',
  'head',
  'title',
  'noscript',
  'template',
  'svg',
  'iframe',
  'object',
  'textarea',
  'select',
]);
const BLOCKS = new Set(
  'address article aside blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul'.split(
    ' ',
  ),
);
/** Schemes of links that are shown; others are useless and some are harmful when pasted. */
const LINK = /^(https?|ftp|mailto|gopher|news):/i;
const MAX_LINK_CHARS = 2000;
/** The deepest nesting, far beyond any real page; time grows with the square of the open tags. */
const MAX_DEPTH = 2000;
const MAX_QUOTE_DEPTH = 30;
const PIECE_CHARS = 16_384;

/**
 * Converts HTML to its visible text, with link targets in parentheses, quotes marked by ">", and the numbers
 * of lists. Markup, scripts, styles and hidden parts are dropped.
 * @param maxChars conversion stops at this length, or when tags are nested too deeply.
 */
export function htmlToText(html: string, maxChars: number): string {
  const out = new TextLines();
  /** Whether each open tag is hidden, and whether it is a quote. */
  const open: { hides: boolean; quotes: boolean }[] = [];
  let silent = 0;
  let pre = 0;
  const links: { href: string; from: number }[] = [];
  const lists: (number | null)[] = [];
  const hiddenClasses = hiddenClassesIn(html);

  const parser = new Parser({
    onopentag(name, attributes) {
      const hides = SILENT.has(name) || isHidden(attributes, hiddenClasses);
      const quotes = name === 'blockquote' || (name === 'div' && isQuoteBox(attributes['style'] ?? ''));
      open.push({ hides, quotes });
      if (hides) silent += 1;
      if (silent > 0) return;
      if (name === 'br') out.breaks += 1;
      else if (BLOCKS.has(name)) out.breakLines(isParagraph(name) ? 2 : 1);
      else if (name === 'td' || name === 'th') out.spaceWanted = true;
      if (quotes) out.quote += 1;
      if (name === 'pre') pre += 1;
      if (name === 'ul') lists.push(null);
      if (name === 'ol') lists.push(numberIn(attributes['start'], 1));
      if (name === 'li') out.write(mark(lists, attributes['value']));
      if (name === 'hr') out.write('-'.repeat(20));
      if (name === 'hr') out.breaks = 1;
      if (name === 'img' && attributes['alt']?.trim()) out.write(`[${collapse(attributes['alt']).trim()}]`);
      if (name === 'a') links.push({ href: attributes['href']?.trim() ?? '', from: out.pieces });
    },
    ontext(text) {
      if (silent > 0 || out.length > maxChars) return;
      if (pre > 0) return out.writeLines(text);
      const words = collapse(text);
      if (words === ' ' || words === '') {
        out.spaceWanted ||= words === ' ';
        return;
      }
      out.spaceWanted ||= words.startsWith(' ');
      out.write(words.trim());
      out.spaceWanted = words.endsWith(' ');
    },
    onclosetag(name) {
      const wasSilent = silent > 0;
      const closed = open.pop();
      if (closed?.hides === true) silent -= 1;
      if (wasSilent) return;
      if (name === 'pre') pre = Math.max(0, pre - 1);
      if (name === 'ul' || name === 'ol') lists.pop();
      if (name === 'a') {
        const link = links.pop();
        if (link === undefined || out.length > maxChars || !LINK.test(link.href)) return;
        const href = link.href.replace(/\s/g, '').slice(0, MAX_LINK_CHARS);
        const label = out.since(link.from);
        if (label !== href && `mailto:${label}` !== href) out.write(`${out.lineStart ? '' : ' '}(${href})`);
      }
      if (BLOCKS.has(name)) out.breakLines(isParagraph(name) ? 2 : 1);
      if (closed?.quotes === true) out.quote = Math.max(0, out.quote - 1);
    },
  });
  const goesOn = () => out.length <= maxChars && open.length <= MAX_DEPTH;
  // In pieces, so that a huge document is not parsed to its end.
  for (let at = 0; at < html.length && goesOn(); at += PIECE_CHARS) {
    parser.write(html.slice(at, at + PIECE_CHARS));
  }
  if (goesOn()) parser.end();
  return out.text();
}

/** Text as it grows, with the white space that is due before the next word. */
class TextLines {
  readonly #out: string[] = [];
  length = 0;
  lineStart = true;
  spaceWanted = false;
  /** Line feeds due before the next text. */
  breaks = 0;
  /** How many quotes the next text stands in. */
  quote = 0;
  #quoteBefore = 0;

  get pieces(): number {
    return this.#out.length;
  }

  breakLines(least: number): void {
    this.breaks = Math.max(this.breaks, least);
  }

  write(text: string): void {
    if (this.breaks > 0 && this.length > 0) {
      // A blank line between two quotes belongs to the quote that both stand in.
      const between = quoteMarks(Math.min(this.quote, this.#quoteBefore)).trimEnd();
      this.#put('\n' + `${between}\n`.repeat(Math.min(this.breaks, 2) - 1));
    }
    if (this.breaks > 0) {
      this.lineStart = true;
      this.spaceWanted = false;
      this.breaks = 0;
    }
    if (this.lineStart) this.#put(quoteMarks(this.quote));
    else if (this.spaceWanted) this.#put(' ');
    this.spaceWanted = false;
    this.lineStart = false;
    this.#quoteBefore = this.quote;
    this.#put(text);
  }

  /** Text whose line feeds and blanks count. */
  writeLines(text: string): void {
    this.write(this.quote === 0 ? text : text.replaceAll('\n', `\n${quoteMarks(this.quote)}`));
  }

  since(piece: number): string {
    return this.#out.slice(piece).join('').trim();
  }

  text(): string {
    return this.#out.join('').trim();
  }

  #put(text: string): void {
    this.#out.push(text);
    this.length += text.length;
  }
}

function quoteMarks(depth: number): string {
  return '> '.repeat(Math.min(depth, MAX_QUOTE_DEPTH));
}

/** The mark of the next item of the innermost list. */
function mark(lists: (number | null)[], value: string | undefined): string {
  const next = lists.at(-1) ?? null;
  if (next === null) return '* ';
  const number = numberIn(value, next);
  lists[lists.length - 1] = number + 1;
  return `${number}. `;
}

function numberIn(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,6}$/.test(text.trim()) ? Number(text) : otherwise;
}

function isParagraph(name: string): boolean {
  return name === 'p' || /^h\d$/.test(name);
}

function collapse(text: string): string {
  return text.replace(/[\s\u00a0]+/g, ' ');
}
