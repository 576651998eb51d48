import { defineProblems } from '../../kernel/problems.ts';

const NEWER = 'Install the newer release again, or restore a backup made before it.';

export const problem = defineProblems('sqlite', {
  'disk-full': {
    message: 'The disk is full; this change was not written, earlier ones are kept.',
    remedy: 'Free some space; the node then continues automatically.',
  },
  'database-corrupt': {
    message: 'The database file is damaged.',
    remedy:
      'Run “impulse restore” with the newest backup, or delete the community from this node and join it again: peers hold the rest. Your keys are safe: they are stored outside this file.',
  },
  'read-only': {
    message: 'The database cannot be written.',
    remedy: 'Check the disk and the permissions of the data directory.',
  },
  'database-locked': {
    message: 'Another program has locked the database, so it cannot be used now.',
    remedy: 'Close programs that have the file open, such as a database viewer or a backup, then try again.',
  },
  'database-unopenable': {
    message: 'The database file cannot be opened.',
    remedy: 'Check the path and its permissions.',
  },
  'lock-unopenable': {
    message: 'The lock file {path} cannot be opened.',
    remedy: 'Check its permissions and those of its folder.',
  },
  'migration-failed': {
    message: 'Step {step} of {feature} could not be applied: {reason}. The data is as it was.',
    remedy: 'Report this; the previous release still opens the data.',
  },
  'migration-ends-transaction': { message: 'Step {step} of {feature} would end the transaction it runs in.' },
  'migrations-misnumbered': { message: 'The migrations of {feature} are not numbered 1, 2, 3 …: {steps}.' },
  'database-newer': { message: 'This data was written by a newer release (shape {shape}).', remedy: NEWER },
  'database-newer-step': {
    code: 'database-newer',
    message: 'This data was written by a newer release (step {step} of {feature}).',
    remedy: NEWER,
  },
  'database-newer-unnumbered': {
    code: 'database-newer',
    message: 'This data was written by a newer release (shape {shape}, this one knows {known}).',
    remedy: NEWER,
  },
});
