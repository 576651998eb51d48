import { defineProblems } from '../../kernel/problems.ts';

export const problem = defineProblems('mail', {
  'archive-damaged': {
    message: 'The packed file is damaged or cut off.',
    remedy: 'Fetch it again, or unpack it yourself.',
  },
  'archive-bomb': {
    message: 'The packed file unpacks to more than two hundred times its size, which no mail archive does.',
    remedy: 'Unpack it yourself and look at what it holds.',
  },
  'archive-forbidden': {
    message: 'This program may not read {path}.',
    remedy: 'Change its permissions, or copy it elsewhere.',
  },
  'archive-not-a-file': {
    message: '{path} is a pipe or a device, and an archive is read more than once.',
    remedy: 'Write it to a file first, and import that. Files may be compressed with gzip or zstd.',
  },
  'archive-missing': { message: 'There is nothing at {path}.', remedy: 'Check the path.' },
  'archive-unreadable': { message: '{path} could not be read.', remedy: 'Check the disk and the path.' },
  'export-exists': {
    message: 'There is a file at {path} already.',
    remedy: 'Choose another name, or remove it first.',
  },
  'export-failed': {
    message: '{path} could not be written.',
    remedy: 'Choose a folder this program may write to.',
  },
  'export-folder-missing': {
    code: 'export-failed',
    message: 'There is no folder {folder}.',
    remedy: 'Create it, or choose another.',
  },
  'disk-full': {
    message: 'The disk that holds {folder} is full.',
    remedy: 'Free some space there and start again.',
  },
  'import-stopped': {
    message: 'Reading mail was stopped.',
    remedy: 'Start the import again; it continues where it stopped.',
  },

  // Messages that are kept otherwise, or not at all
  'no-headers': { message: 'It has no mail headers.' },
  'message-too-large': { message: 'It is larger than 32 MiB.' },
  'no-text': { message: 'Its parts hold no text that can be shown.' },
  'not-read': { message: 'It could not be read: {reason}' },
  'kept-raw': { message: '[This message could not be read as mail. {reason} Its text is shown as it came.]' },
  'took-too-long': { message: 'It took longer than {seconds} seconds to read.' },
  'ended-parser': { message: 'Reading it used too much memory or failed.' },
});
