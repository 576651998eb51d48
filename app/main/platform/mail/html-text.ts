import { Parser } from 'htmlparser2';

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
const PIECE_CHARS = 16_384;

/**
 * Converts HTML to its visible text, with link targets in parentheses. Markup, scripts, styles and hidden
 * parts are dropped.
 * @param maxChars conversion stops at this length, or when tags are nested too deeply.
 */
export function htmlToText(html: string, maxChars: number): string {
  const out: string[] = [];
  let length = 0;
  let depth = 0;
  let silent = 0;
  let pre = 0;
  let lineStart = true;
  let spaceWanted = false;
  /** Line feeds due before the next text. */
  let breaks = 0;
  const links: { href: string; from: number }[] = [];

  const put = (text: string) => {
    out.push(text);
    length += text.length;
  };
  const write = (text: string) => {
    if (breaks > 0) {
      if (length > 0) put('\n'.repeat(breaks));
      breaks = 0;
      lineStart = true;
      spaceWanted = false;
    }
    if (spaceWanted && !lineStart) put(' ');
    spaceWanted = false;
    lineStart = false;
    put(text);
  };
  const parser = new Parser({
    onopentag(name, attributes) {
      depth += 1;
      if (SILENT.has(name)) silent += 1;
      if (silent > 0) return;
      if (name === 'br') breaks += 1;
      else if (BLOCKS.has(name)) breaks = Math.max(breaks, name === 'p' || /^h\d$/.test(name) ? 2 : 1);
      else if (name === 'td' || name === 'th') spaceWanted = true;
      if (name === 'pre') pre += 1;
      if (name === 'li') write('* ');
      if (name === 'hr') write('-'.repeat(20));
      if (name === 'hr') breaks = 1;
      if (name === 'img' && attributes['alt']?.trim()) write(`[${collapse(attributes['alt']).trim()}]`);
      if (name === 'a') links.push({ href: attributes['href']?.trim() ?? '', from: out.length });
    },
    ontext(text) {
      if (silent > 0 || length > maxChars) return;
      if (pre > 0) return write(text);
      const words = collapse(text);
      if (words === ' ' || words === '') {
        spaceWanted ||= words === ' ';
        return;
      }
      spaceWanted ||= words.startsWith(' ');
      write(words.trim());
      spaceWanted = words.endsWith(' ');
    },
    onclosetag(name) {
      depth -= 1;
      if (SILENT.has(name)) silent = Math.max(0, silent - 1);
      if (silent > 0) return;
      if (name === 'pre') pre = Math.max(0, pre - 1);
      if (name === 'a') {
        const link = links.pop();
        if (link === undefined || length > maxChars || !LINK.test(link.href)) return;
        const href = link.href.replace(/\s/g, '').slice(0, MAX_LINK_CHARS);
        const label = out.slice(link.from).join('').trim();
        if (label !== href && `mailto:${label}` !== href) write(`${lineStart ? '' : ' '}(${href})`);
      }
      if (BLOCKS.has(name)) breaks = Math.max(breaks, name === 'p' || /^h\d$/.test(name) ? 2 : 1);
    },
  });
  // In pieces, so that a huge document is not parsed to its end.
  for (let at = 0; at < html.length && length <= maxChars && depth <= MAX_DEPTH; at += PIECE_CHARS) {
    parser.write(html.slice(at, at + PIECE_CHARS));
  }
  if (length <= maxChars && depth <= MAX_DEPTH) parser.end();
  return out
    .join('')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function collapse(text: string): string {
  return text.replace(/[\s\u00a0]+/g, ' ');
}
