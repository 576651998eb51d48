/** The look of a run of text, by role rather than by colour. */
export interface Style {
  readonly colour: 'red' | 'green' | 'amber' | 'blue' | 'violet' | 'cyan' | 'soft' | null;
  readonly bold: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

export interface Run {
  readonly text: string;
  readonly style: Style;
}

const plain: Style = { colour: null, bold: false, underline: false, inverse: false };
/** SGR colours 0 to 7. Black and white are the background and the text of the theme, whichever it is. */
const colours = ['soft', 'red', 'green', 'amber', 'blue', 'violet', 'cyan', null] as const;

/*
 * One escape or control at a time, each alternative linear: a string sequence (OSC, DCS, SOS, PM, APC) up to
 * its end or the end of the text, a CSI, any other escape, its C1 equivalent, and every control character
 * except tab and line feed.
 */
const escapes =
  // oxlint-disable-next-line no-control-regex -- control characters are what this removes
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)?|(?:\u001b\[|\u009b)([0-9:;<=>?]*)[ -/]*([@-~])?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The text without terminal escapes and control characters, for markdown and previews. */
export const stripEscapes = (text: string): string => text.replace(/\r\n?/g, '\n').replace(escapes, '');

/**
 * Applies the numbers of one SGR sequence; those without a role (blinking, backgrounds, 256 colours) change
 * nothing.
 */
export function applySgr(style: Style, numbers: readonly number[]): Style {
  let next = style;
  for (let i = 0; i < numbers.length; i++) {
    const n = numbers[i] ?? 0;
    if (n === 0) next = plain;
    else if (n === 1) next = { ...next, bold: true };
    else if (n === 4) next = { ...next, underline: true };
    else if (n === 7) next = { ...next, inverse: true };
    else if (n === 22) next = { ...next, bold: false };
    else if (n === 24) next = { ...next, underline: false };
    else if (n === 27) next = { ...next, inverse: false };
    else if (n >= 30 && n <= 37) next = { ...next, colour: colours[n - 30] ?? null };
    else if (n >= 90 && n <= 97) next = { ...next, colour: colours[n - 90] ?? null };
    else if (n === 39) next = { ...next, colour: null };
    else if (n === 38 || n === 48) i += numbers[i + 1] === 5 ? 2 : numbers[i + 1] === 2 ? 4 : 0;
  }
  return next;
}

/**
 * Text split into runs of one style. Colour codes are applied; all other escapes and controls are dropped.
 */
export function parseAnsi(text: string): Run[] {
  const runs: Run[] = [];
  let style = plain;
  let from = 0;
  const clean = text.replace(/\r\n?/g, '\n');
  const put = (to: number) => {
    if (to <= from) return;
    const part = clean.slice(from, to);
    const last = runs[runs.length - 1];
    if (last && last.style === style) runs[runs.length - 1] = { text: last.text + part, style };
    else runs.push({ text: part, style });
  };
  for (const match of clean.matchAll(escapes)) {
    put(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') style = applySgr(style, (match[1] ?? '').split(/[;:]/).map(Number));
  }
  put(clean.length);
  return runs;
}

/** Runs split at line ends: one list of runs per line. */
export function ansiLines(text: string): Run[][] {
  const lines: Run[][] = [[]];
  for (const run of parseAnsi(text)) {
    for (const [i, part] of run.text.split('\n').entries()) {
      if (i > 0) lines.push([]);
      if (part !== '') lines[lines.length - 1]?.push({ text: part, style: run.style });
    }
  }
  return lines;
}
