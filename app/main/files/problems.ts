import { defineProblems } from '../kernel/problems.ts';

export const problem = defineProblems('files', {
  malformed: { message: 'The peer sent a message that makes no sense here.' },
  busy: { message: 'The peer asks for too much at a time.' },
  'bad-manifest': { message: 'The description of the file makes no sense.' },
  'other-manifest': { code: 'bad-manifest', message: 'The peer described another file.' },
  'wrong-chunk': { message: 'The peer sent other bytes than the file has.' },
  'channel-broken': { message: 'The peer ended the transfer.' },
  'transfer-too-long': { message: 'The transfer took too long.' },
  cancelled: { message: 'The transfer was cancelled.' },
  stopped: { message: 'This node is stopping.' },
  'file-too-large': {
    message: 'A file holds at most {limit} KiB here.',
    remedy: 'Choose a smaller file, or raise the limit in the settings.',
  },
  'file-budget': {
    message: 'The space set aside for files is used up.',
    remedy: 'Raise the space for files in the settings.',
  },
  'file-quota': {
    message: 'The file does not fit into the space that is left for this community.',
    remedy: 'Choose a smaller file, or raise the space for this community in the settings.',
  },
  'file-unavailable': {
    message: 'No connected peer has this file now.',
    remedy: 'Try again when more nodes are online.',
  },
  'file-unreadable': {
    code: 'file-unavailable',
    message: 'The file could not be read.',
    remedy: 'Try again.',
  },
  'file-unknown': { message: 'That file is not on this node.', remedy: 'Attach the file again.' },
  'held-back': {
    message: 'This picture was held back after it arrived, together with its post.',
    remedy: 'A moderator can look at it.',
  },
});
