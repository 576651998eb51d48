/** Declarations by which mails hide text that only previews show. */
const HIDING: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    display: /^none/,
    visibility: /^(?:hidden|collapse)/,
    'mso-hide': /^all/,
    opacity: /^0(?:\.0{1,9})?(?:$|!)/,
    'font-size': /^(?:0|1px|0\.\d{1,9})(?:[a-z%]|$|!)/,
    'max-height': /^0(?:[a-z%]|$|!)/,
    color: /^transparent/,
  }),
);
const MAX_STYLE_CHARS = 4000;
const MAX_SHEET_CHARS = 200_000;
const MAX_CLASSES = 200;

/** Whether an element is not shown, by its attributes and the classes that the mail's styles hide. */
export function isHidden(
  attributes: Readonly<Record<string, string>>,
  hiddenClasses: ReadonlySet<string>,
): boolean {
  if ('hidden' in attributes) return true;
  const style = attributes['style'];
  if (style !== undefined && hides(style)) return true;
  if (hiddenClasses.size === 0) return false;
  return (attributes['class'] ?? '').split(/\s/).some((name) => hiddenClasses.has(name));
}

/** The classes that the first style sheet hides on every screen. */
export function hiddenClassesIn(html: string): Set<string> {
  const found = new Set<string>();
  const start = html.slice(0, MAX_SHEET_CHARS).search(/<style/i);
  if (start < 0) return found;
  const sheet = html.slice(html.indexOf('>', start) + 1, start + MAX_SHEET_CHARS);
  // Rules for some screens only come in blocks, which end this simple reading.
  const end = sheet.search(/@media|<\/style/i);
  for (const rule of sheet.slice(0, end < 0 ? undefined : end).split('}')) {
    const [selectors = '', declarations = ''] = rule.split('{');
    if (found.size >= MAX_CLASSES || !hides(declarations)) continue;
    for (const selector of selectors.split(',')) {
      const name = /^[\w-]{0,30}\.([\w-]{1,60})$/.exec(selector.trim())?.[1];
      if (name !== undefined) found.add(name);
    }
  }
  return found;
}

/** Whether a box has a line at its left, as Outlook marks what it quotes. */
export function isQuoteBox(style: string): boolean {
  return /border-left\s{0,9}:[^;]{0,100}solid/i.test(style.slice(0, MAX_STYLE_CHARS));
}

function hides(style: string): boolean {
  if (
    /(?:^|[;\s])height\s{0,9}:\s{0,9}0(?:px)?\s{0,9}(?:;|$)/i.test(style) &&
    /overflow\s{0,9}:\s{0,9}hidden/i.test(style)
  )
    return true;
  return style
    .slice(0, MAX_STYLE_CHARS)
    .toLowerCase()
    .split(';')
    .some((declaration) => {
      const [name = '', value = ''] = declaration.split(':');
      return HIDING.get(name.trim())?.test(value.replace(/\s/g, '')) === true;
    });
}
