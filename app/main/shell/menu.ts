import type { MenuItemConstructorOptions } from 'electron';

interface MenuFacts {
  readonly platform: NodeJS.Platform;
  readonly name: string;
  /** Whether the program is installed. A checkout also gets reload and developer tools. */
  readonly packaged: boolean;
}

interface MenuActions {
  about(): void;
  openDataFolder(): void;
  quit(): void;
}

/** The menu bar, made of system roles with their own accelerators and labels. */
export function menuTemplate(facts: MenuFacts, actions: MenuActions): MenuItemConstructorOptions[] {
  const mac = facts.platform === 'darwin';
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const about: MenuItemConstructorOptions = { label: `About ${facts.name}`, click: () => actions.about() };
  const quit: MenuItemConstructorOptions = {
    label: `Quit ${facts.name}`,
    accelerator: 'CommandOrControl+Q',
    click: () => actions.quit(),
  };
  const application: MenuItemConstructorOptions = {
    label: facts.name,
    submenu: [
      about,
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      quit,
    ],
  };
  const development: MenuItemConstructorOptions[] = [
    { role: 'reload' },
    { role: 'toggleDevTools' },
    separator,
  ];
  return [
    ...(mac ? [application] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Open data folder', click: () => actions.openDataFolder() },
        separator,
        { role: 'close' },
        ...(mac ? [] : [quit]),
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        ...(facts.packaged ? [] : development),
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    ...(mac ? [] : [{ role: 'help', submenu: [about] } satisfies MenuItemConstructorOptions]),
  ];
}
