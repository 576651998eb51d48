import { roles, shade, themes, type RoleName, type Theme } from './roles.ts';

function block(theme: Theme): string {
  const names = Object.keys(roles) as RoleName[];
  const lines = names.map((name) => `--${name}:${roles[name][theme]}`);
  return [...lines, `--shade:${shade[theme]}`, `color-scheme:${theme === 'light' ? 'light' : 'dark'}`].join(
    ';',
  );
}

/** The style sheet of colour variables, one block per theme, generated from the roles. */
export function themeCss(): string {
  return themes.map((theme) => `[data-theme="${theme}"]{${block(theme)}}`).join('\n');
}
