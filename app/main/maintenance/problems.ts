import { defineProblems } from '../kernel/problems.ts';

/** The problems of backups and of the file check. */
export const problem = defineProblems('maintenance', {
  'database-corrupt': {
    message: 'The database file is damaged: {fault}',
    remedy: 'Run “impulse rebuild”. If that fails too, run “impulse restore” with a backup.',
  },
  'backup-exists': { message: '{path} exists already.', remedy: 'Choose another name.' },
  'backup-failed': {
    message: '{path} was not written: {reason}.',
    remedy: 'Check the folder and its permissions.',
  },
});
