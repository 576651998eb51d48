/** The themes a person may choose from; each role has a value for each of them. */
export const themes = ['dark', 'light', 'contrast'] as const;
export type Theme = (typeof themes)[number];

/** The backgrounds or the use that a colour is made for; the contrast test reads this. */
export type Use = 'ground' | 'ink' | 'edge' | 'hairline';

export interface Role {
  readonly use: Use;
  /** The meaning of the colour, so that nobody chooses it for its look. */
  readonly meaning: string;
  readonly dark: string;
  readonly light: string;
  readonly contrast: string;
}

const role = (use: Use, meaning: string, dark: string, light: string, contrast: string): Role => ({
  use,
  meaning,
  dark,
  light,
  contrast,
});

/**
 * Every colour of the console, by meaning. An `ink` is for text and must reach 7:1 on every `ground`; an
 * `edge` outlines a control or the focus, at 3:1; a `hairline` only divides.
 */
export const roles = {
  ground: role('ground', 'The window behind everything.', '#0c0f1a', '#f3efe6', '#000000'),
  panel: role('ground', 'A panel or dialog.', '#121729', '#fbf9f4', '#000000'),
  raise: role('ground', 'The current row, a key cap, a pressed control.', '#1a2138', '#efe9dc', '#141414'),
  text: role('ink', 'What people read.', '#e4e9f7', '#1d1b17', '#ffffff'),
  soft: role('ink', 'What stands beside it: labels, captions, units.', '#a9b4d3', '#524b3a', '#ffffff'),
  amber: role('ink', 'Needs you.', '#ffb84d', '#793a00', '#ffd166'),
  cyan: role('ink', 'A place you can go, or a live measure.', '#63d8ea', '#005362', '#6ff3ff'),
  green: role('ink', 'Certain.', '#7fdd94', '#0c5725', '#8dffa6'),
  red: role('ink', 'Lost or dangerous.', '#ff8e8d', '#9b050f', '#ffb0b0'),
  violet: role('ink', 'People’s words about things.', '#c3a6ff', '#5c31a4', '#e0ceff'),
  blue: role('ink', 'Information.', '#8db4ff', '#17479b', '#bcd4ff'),
  line: role('hairline', 'A hairline between things.', '#303a5c', '#cfc6b4', '#ffffff'),
  edge: role('edge', 'The outline of something one can operate.', '#7682ad', '#756b57', '#ffffff'),
  focus: role('edge', 'The ring around what has the keyboard.', '#ffb84d', '#793a00', '#ffd166'),
} as const satisfies Record<string, Role>;

export type RoleName = keyof typeof roles;

/** Inks that may also fill a surface, with `shade` text on it. */
export const fills = [
  'amber',
  'cyan',
  'green',
  'red',
  'violet',
  'blue',
  'text',
] as const satisfies readonly RoleName[];

/** The text colour on a filled surface, per theme. */
export const shade: Readonly<Record<Theme, string>> = {
  dark: '#0c0f1a',
  light: '#ffffff',
  contrast: '#000000',
};

export interface Pair {
  readonly ink: string;
  readonly ground: string;
  readonly theme: Theme;
  /** The minimum contrast ratio by WCAG 2.2. */
  readonly least: number;
  readonly name: string;
}

/** Every pair of colours that can meet on screen, with its required contrast. */
export function pairs(): Pair[] {
  const named = Object.entries(roles) as [RoleName, Role][];
  const of = (use: Use) => named.filter(([, value]) => value.use === use);
  return themes.flatMap((theme) => [
    ...of('ink').flatMap(([ink, a]) =>
      of('ground').map(([ground, b]) => ({
        theme,
        least: 7,
        ink: a[theme],
        ground: b[theme],
        name: `${ink} on ${ground} in ${theme}`,
      })),
    ),
    ...of('edge').flatMap(([ink, a]) =>
      of('ground').map(([ground, b]) => ({
        theme,
        least: 3,
        ink: a[theme],
        ground: b[theme],
        name: `${ink} on ${ground} in ${theme}`,
      })),
    ),
    ...fills.map((fill) => ({
      theme,
      least: 7,
      ink: shade[theme],
      ground: roles[fill][theme],
      name: `shade on ${fill} in ${theme}`,
    })),
  ]);
}
