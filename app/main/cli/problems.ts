import { defineProblems } from '../kernel/problems.ts';

const HELP = 'See --help.';

/** The problems of the command line. A problem with the code `usage` ends with exit code 2. */
export const problem = defineProblems('cli', {
  'no-node': {
    message: 'There is no node in {path}.',
    remedy: 'Check --data, or make one with: impulse init, impulse join or impulse serve.',
  },
  'no-community': {
    message: 'This node has no community yet.',
    remedy: 'Make one with “impulse init”, or join one with “impulse join”.',
  },
  'which-community': {
    message: 'Several communities fit: {names}.',
    remedy: 'Add --community with the name or the id of one.',
  },
  'community-not-found': {
    message: 'This node has no community {name}.',
    remedy: 'Its communities are: {names}.',
  },
  'delete-unconfirmed': {
    code: 'usage',
    message: 'The copy of {name} on this node would be removed.',
    remedy: 'Add --yes. “impulse communities export” keeps a copy.',
  },
  'not-serving': {
    message: 'No node of {path} serves its console.',
    remedy: 'Start it with: impulse serve',
  },
  unreachable: {
    message: 'The node of {path} does not answer.',
    remedy: 'It may be busy: try again in a moment. If it stays silent, stop it and start it again.',
  },
  'node-lost': {
    message: 'The node stopped before it answered.',
    remedy: 'Start it again with “impulse serve”. The data it has stored is safe.',
  },
  'reach-unset': {
    message: 'This node listens on this machine alone, so nobody elsewhere could use the invite.',
    remedy: 'Add --reach internet, --reach network, or --reach machine for a second node here.',
  },
  'no-board': { message: 'There is no board {board}.', remedy: 'The boards are: {known}.' },
  'no-board-yet': {
    code: 'no-board',
    message: 'There is no board {board}.',
    remedy: 'Make one with: impulse board create',
  },
  'job-failed': { code: 'failed', message: 'The job failed.' },
  cancelled: {
    message: 'The job was cancelled. What it did before is kept.',
    remedy: 'Run the same command again to continue.',
  },
  'unreadable-row': {
    message: 'Line {line} of {file} is not an object with text and label.',
    remedy: 'Give JSON Lines, with one object per line.',
  },

  'node-failed': {
    code: 'unexpected',
    message: 'The node could not do this because of a fault in the program.',
    remedy: 'Look into the log of this node (logs/node.log beside its keys); if it happens again, report it.',
  },
  'data-forbidden': {
    message: 'The data directory {path} cannot be read: you have no permission.',
    remedy: 'Run the command as the user whose node it is, or choose another directory with --data.',
  },
  'output-full': {
    code: 'output-failed',
    message: 'The output could not be written: the disk is full.',
    remedy: 'Free some space, or write the output to another place, then run the command again.',
  },
  'output-failed': {
    message: 'The output could not be written: {reason}.',
    remedy: 'Write the output to another place, then run the command again.',
  },

  // Wrong use
  'bad-input': { code: 'usage', message: 'The node rejected the input.', remedy: HELP },
  'bad-inputs': { code: 'usage', message: '{reasons}', remedy: HELP },
  'text-too-short': { code: 'usage', message: '{field} must have at least {limit} characters.' },
  'text-too-long': { code: 'usage', message: '{field} must have at most {limit} characters.' },
  'number-too-small': { code: 'usage', message: '{field} must be at least {limit}.' },
  'number-too-large': { code: 'usage', message: '{field} must be at most {limit}.' },
  'value-unknown': { code: 'usage', message: '{field} must be one of {values}.' },
  'unknown-label': { code: 'usage', message: 'A label is spam, toxic or nsfw.', remedy: HELP },
  'unknown-standing': { code: 'usage', message: 'Give show, hide or none.', remedy: HELP },
  'unknown-purge-answer': { code: 'usage', message: 'Give gone or refused.', remedy: HELP },
  'body-not-json': { code: 'usage', message: 'The body must be JSON.', remedy: HELP },
  'body-not-object': { code: 'usage', message: 'The body must be a JSON object.', remedy: HELP },
  'not-a-validator-card': { code: 'usage', message: '{file} is not a validator card.', remedy: HELP },
  'no-setting': {
    code: 'usage',
    message: 'There is no setting {name} here.',
    remedy: 'The settings are: {known}.',
  },
  'unknown-role': { code: 'usage', message: 'A role is one of {roles}.', remedy: HELP },
  'unknown-reach': { code: 'usage', message: 'A reach is one of {reaches}.', remedy: HELP },
  'unknown-fault-model': { code: 'usage', message: 'A fault model is one of {models}.', remedy: HELP },
  'unknown-member': {
    code: 'usage',
    message: 'No member is called “{name}”. See: impulse members',
    remedy: HELP,
  },
  'unknown-list-decision': {
    code: 'usage',
    message: 'The decision of a list is queue or quarantine.',
    remedy: HELP,
  },
  'no-text-to-post': { code: 'usage', message: 'There is no text to post.', remedy: HELP },
  'no-text-on-input': { code: 'usage', message: 'There is no text on standard input.', remedy: HELP },
  'no-target': {
    code: 'usage',
    message: 'Name the board, or the post to answer with --reply.',
    remedy: HELP,
  },
  'no-subject': { code: 'usage', message: 'A new thread needs a --subject.', remedy: HELP },
  'unknown-import-format': {
    code: 'usage',
    message: 'A format is mbox, maildir or jsonl.',
    remedy: HELP,
  },
  'unknown-export-format': { code: 'usage', message: 'A format is mbox, jsonl or originals.', remedy: HELP },
  'half-of-tls': { code: 'usage', message: '--tls-cert and --tls-key go together.', remedy: HELP },
  'no-seeds': { code: 'usage', message: '--seeds must be at least 1.', remedy: HELP },
  'bad-bound': {
    code: 'usage',
    message: 'Give a label and two probabilities, as in spam=0.6,0.95.',
  },
  'bad-rule': { code: 'usage', message: 'Give a rule and its value, as in links=4.' },
  'bad-number': { code: 'usage', message: 'Give a whole number.' },
  'bad-port': { code: 'usage', message: 'A port is a number from 0 to 65535.' },
});
