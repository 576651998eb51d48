import { defineProblems } from '../../kernel/problems.ts';

export const problem = defineProblems('keys', {
  'phrase-length': {
    code: 'phrase-invalid',
    message: 'A recovery phrase has 24 words, not {count}.',
    remedy: 'Enter all 24 words.',
  },
  'phrase-words': {
    code: 'phrase-invalid',
    message: 'Words that are not in the word list, by position: {positions}.',
    remedy: 'Check the spelling of these words.',
  },
  'phrase-checksum': {
    code: 'phrase-invalid',
    message: 'The words are known, but do not belong together in this order.',
    remedy: 'Check the order of the words, and that none is mistaken for another.',
  },
  'keys-need-desktop': {
    message: 'The keys of this node are kept by the operating system for the desktop app.',
    remedy:
      'Start the desktop app, or restore your identity from its recovery phrase in another data directory.',
  },
  'keys-need-passphrase': {
    message: 'The keys of this node are protected by a passphrase.',
    remedy: 'Start the headless host with the passphrase in IMPULSE_PASSPHRASE_FILE.',
  },
  'keys-corrupt': {
    message: 'The key file is damaged and cannot be read.',
    remedy:
      'Put back a copy of keys.json, or move it aside and restore your identity from its recovery phrase.',
  },
  'wrong-passphrase': {
    message: 'The passphrase does not open the keys of this node.',
    remedy: 'Check the passphrase and its file; without it, restore your identity from its recovery phrase.',
  },
  'wrong-system-key': {
    message: 'The key kept by the operating system does not open the keys of this node.',
    remedy: 'Sign in as the user who set this node up, or restore your identity from its recovery phrase.',
  },
});
