import * as electron from 'electron';
import { ConsoleApp } from './app.ts';

ConsoleApp.start(electron, { platform: process.platform, env: process.env, argv: process.argv }).catch(
  (error: unknown) => {
    electron.dialog.showErrorBox(
      'Impulse Console cannot start',
      error instanceof Error ? error.message : String(error),
    );
    electron.app.exit(1);
  },
);
