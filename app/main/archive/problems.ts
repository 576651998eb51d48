import { defineProblems } from '../kernel/problems.ts';

const FORMATS =
  'Choose an mbox file, a maildir folder or a JSON Lines file; mbox and JSON Lines may be compressed with gzip.';

/** The problems of imports and exports. */
export const problem = defineProblems('archive', {
  stopped: { message: 'This node is stopping.' },
  'board-unknown': { message: 'There is no such board here.', remedy: 'Choose a board from the list.' },
  'archive-missing': { message: 'There is nothing at {path}.', remedy: 'Check the path.' },
  'not-a-maildir': {
    code: 'archive-unknown-format',
    message: '{path} is not a maildir: it has no folder cur or new.',
    remedy: FORMATS,
  },
  'archive-unknown-format': { message: 'The file is neither mbox nor JSON Lines.', remedy: FORMATS },
  'archive-changed': {
    message: 'The archive changed while it was read.',
    remedy: 'Import it again while nothing writes to it.',
  },
  'demo-data-missing': {
    message: 'The demo mails are not part of this installation.',
    remedy: 'Run the demo from a checkout of the source, or import an archive of your own.',
  },

  // Jobs
  'jobs-busy': {
    message: '{most} imports or exports are running already.',
    remedy: 'Wait until one of them ends, or cancel it.',
  },
  'job-unknown': { message: 'There is no such job.', remedy: 'See the list of jobs.' },

  // Messages that an import leaves out
  'no-headers': { message: 'It has no mail headers.' },
  'empty-message': { message: 'It is empty.' },
  'file-missing': { message: 'The file is missing.' },
  'message-too-large': { message: 'It is larger than 32 MiB.' },
  'line-too-long': { message: 'The line is longer than 32 MiB.' },
  'bad-line': { message: 'The line does not fit: {field}: {reason}' },
  'line-not-json': { message: 'The line is not JSON in UTF-8.' },
});
