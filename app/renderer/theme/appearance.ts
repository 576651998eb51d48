import * as z from 'zod';
import { create } from 'zustand';
import { themeCss } from './css.ts';
import type { Theme } from './roles.ts';

export const Appearance = z.object({
  theme: z.enum(['system', 'dark', 'light', 'contrast']).catch('system'),
  density: z.enum(['dense', 'comfortable', 'large']).catch('dense'),
  motion: z.enum(['system', 'none']).catch('system'),
});
export type Appearance = z.infer<typeof Appearance>;

const key = 'impulse.appearance';

function stored(): Appearance {
  let value: unknown = {};
  try {
    value = JSON.parse(localStorage.getItem(key) ?? '{}');
  } catch {
    // If storage is unreadable or forbidden, the defaults apply; nothing is lost.
  }
  return Appearance.catch({ theme: 'system', density: 'dense', motion: 'system' }).parse(value);
}

const light = () => matchMedia('(prefers-color-scheme: light)');
const more = () => matchMedia('(prefers-contrast: more)');

/** The theme to draw: the chosen one, or the one that the system asks for. */
export function resolveTheme(choice: Appearance['theme'], wants: { light: boolean; more: boolean }): Theme {
  if (choice !== 'system') return choice;
  if (wants.more) return 'contrast';
  return wants.light ? 'light' : 'dark';
}

interface AppearanceState extends Appearance {
  change: (patch: Partial<Appearance>) => void;
}

/** The look of the console on this screen; stored in the browser profile, not in the node. */
export const useAppearance = create<AppearanceState>((set, get) => ({
  ...stored(),
  change: (patch) => {
    set(patch);
    const { theme, density, motion } = get();
    try {
      localStorage.setItem(key, JSON.stringify({ theme, density, motion }));
    } catch {
      // Without storage, the choice lasts until the window closes.
    }
    apply();
  },
}));

function apply(): void {
  const { theme, density, motion } = useAppearance.getState();
  const root = document.documentElement;
  root.dataset['theme'] = resolveTheme(theme, { light: light().matches, more: more().matches });
  root.dataset['density'] = density;
  root.dataset['motion'] = motion;
}

/** Writes the colour variables into the page and sets theme and density on the root element. */
export function installAppearance(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(themeCss());
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  apply();
  light().addEventListener('change', apply);
  more().addEventListener('change', apply);
}
