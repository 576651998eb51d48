import { defineProblems } from '../kernel/problems.ts';

/** The problems of backups and of the file check. */
export const problem = defineProblems('maintenance', {
  'database-corrupt': {
    message: 'The database file is damaged: {fault}',
    remedy: 'Run “impulse rebuild”. If that fails too, run “impulse restore” with a backup.',
  },
  'file-damaged': { message: 'The file is damaged. Run “impulse rebuild”.' },
  'projections-differ': { message: 'The views differ from the log. Run “impulse rebuild”.' },
  'wrong-count': { message: 'The file holds {events} events, the running node counts {counted}.' },
  'unreadable-event': { message: 'An event of the {stratum} stratum cannot be read: {reason}' },
  'wrong-hash': { message: 'Row {row} does not hold the event it names.' },
  'wrong-place': { message: 'Row {row} is filed under another author, time or kind than its event states.' },
  'unproven-event': { message: 'Nothing proves event {event}: its signature is missing or wrong.' },
  'backup-exists': { message: '{path} exists already.', remedy: 'Choose another name.' },
  'backup-failed': {
    message: '{path} was not written: {reason}.',
    remedy: 'Check the folder and its permissions.',
  },
});
