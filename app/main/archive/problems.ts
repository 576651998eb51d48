import { defineProblems } from '../kernel/problems.ts';

const FORMATS =
  'Choose an mbox file, a maildir folder, or JSON (lines, or one array); files may be compressed with gzip or zstd.';

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
  'archive-unknown-format': { message: 'The file is neither mbox nor JSON.', remedy: FORMATS },
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

  'nothing-imported': {
    message: 'None of the {count, plural, one {# message} other {# messages}} could be imported. {reason}',
    remedy: 'See the list of reasons. The guide names the formats and the fields that an import reads.',
  },
  'board-missing': {
    message: 'The archive names the board “{slug}”, which is not here.',
    remedy: 'Make it, repeat the import with --create, or choose a board for all messages.',
  },
  'board-not-given': {
    message: 'The archive does not say to which boards its messages belong.',
    remedy: 'Choose the board for all of them: in the command line with --board.',
  },
  'no-board-named': {
    message: 'It names no board. Choose one for the whole import.',
  },
  'originals-not-kept': {
    message:
      '{count, plural, one {One mail was} other {# mails were}} not kept in the original: {reason} The posts are complete.',
  },
  'no-messages': { message: 'The archive holds no message.', remedy: FORMATS },

  // Messages that an import leaves out, or keeps otherwise
  'no-headers': { message: 'It has no mail headers.' },
  'empty-message': { message: 'It is empty.' },
  'file-missing': { message: 'The file is missing.' },
  'message-too-large': { message: 'It is larger than 32 MiB.' },
  'line-too-long': { message: 'The line is longer than 32 MiB.' },
  'bad-line': { message: 'The line does not fit: {field}: {reason}' },
  'line-not-json': { message: 'The line is not JSON in UTF-8.' },
  'line-without-text': {
    message:
      'The line has no text. Wanted is a field text, raw, body, content, post_text, message or cooked; found: {found}.',
  },
  'text-cut': { message: 'Its text is longer than a post may be; the end was left out.' },
  'attachments-left-out': {
    message:
      '{count, plural, one {One attachment was left out: it is} other {# attachments were left out: they are}} too large or too many.',
  },
  'stray-separator': {
    message:
      'A line here looks like the start of a message, but no headers follow. It was kept as text of the message before it.',
  },
  'other-forum': {
    message:
      'Posts of another forum are here under the same file name and numbers. Those of this archive got ids of their own.',
  },
  'no-date': { message: 'It has no date that can be read; it got that of the message before it.' },
  'same-id': { message: 'Another message has the same id and another subject or date; both were kept.' },
  'marked-deleted': { message: 'It is marked as deleted.' },
  subfolder: { message: 'The folder {name} was not read. Import it on its own if you want it.' },
});
