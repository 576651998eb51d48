import { defineProblems } from '../../kernel/problems.ts';

const FREE_SPACE = 'Free some space, then try again.';

export const problem = defineProblems('disk', {
  'disk-full': { message: 'The disk is full; the file was not stored.', remedy: FREE_SPACE },
  'disk-full-at': {
    code: 'disk-full',
    message: 'The disk is full; {path} was not written.',
    remedy: FREE_SPACE,
  },
  'recording-disk-full': {
    message: 'The disk is full; the call cannot be recorded.',
    remedy: 'Free some space, then record again.',
  },
  'backup-failed': {
    message: '{path} cannot be used: {reason}.',
    remedy: 'Check the folder and its permissions.',
  },
  'read-only': {
    message: 'The folder for files cannot be used.',
    remedy: 'Check the permissions of the data directory.',
  },
});
