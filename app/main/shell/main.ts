import * as electron from 'electron';
import { problemOf } from '../kernel/errors.ts';
import { keepFilesPrivate } from '../node/private-files.ts';
import { ConsoleApp } from './app.ts';

keepFilesPrivate();
ConsoleApp.start(electron, { platform: process.platform, env: process.env, argv: process.argv }).catch(
  (error: unknown) => {
    const { message, remedy } = problemOf(error);
    electron.dialog.showErrorBox(
      'Impulse Console cannot start',
      [message, remedy].filter(Boolean).join('\n\n'),
    );
    electron.app.exit(1);
  },
);
