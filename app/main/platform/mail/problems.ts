import { defineProblems } from '../../kernel/problems.ts';

export const problem = defineProblems('mail', {
  'archive-damaged': {
    message: 'The gzip file is damaged or cut off.',
    remedy: 'Fetch it again, or unpack it yourself.',
  },
  'archive-bomb': {
    message: 'The gzip file unpacks to more than two hundred times its size, which no mail archive does.',
    remedy: 'Unpack it yourself and look at what it holds.',
  },
  'archive-forbidden': {
    message: 'This program may not read {path}.',
    remedy: 'Change its permissions, or copy it elsewhere.',
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
});
