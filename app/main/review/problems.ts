import { defineProblems } from '../kernel/problems.ts';

/** The problems of review. */
export const problem = defineProblems('review', {
  'item-unknown': {
    message: 'This node has no such message.',
    remedy: 'Wait for the catch-up to finish, then try again.',
  },
  purged: { message: 'This message was purged; there is nothing left to decide.' },
  'out-of-role': { message: 'Your role does not allow this.', remedy: 'Ask a sysop or moderator.' },
  'bad-cursor': { message: 'That position in the list does not exist.', remedy: 'Load the list again.' },
  'too-many-filters': {
    message: 'A node keeps at most {most} filters.',
    remedy: 'Remove one first.',
  },

  // Decisions
  'not-claimed': { message: 'You have not claimed this.', remedy: 'Load the queue again.' },
  claimed: {
    message: '{name} has claimed this for {minutes, plural, one {# more minute} other {# more minutes}}.',
    remedy: 'Claim something else, or wait.',
  },
  'act-unknown': {
    message: 'This node has no such decision that can be taken back.',
    remedy: 'See the audit log.',
  },
  'not-your-act': {
    code: 'not-yours',
    message: 'Only the person who decided this can take it back.',
    remedy: 'Make a new decision instead: the latest one counts.',
  },
  'already-undone': { message: 'This was already taken back.' },
  yourself: {
    message: 'Your own decisions always count on your node.',
    remedy: 'Take them back instead.',
  },

  // Reports and appeals
  'already-reported': { message: 'You have already reported this.', remedy: 'A moderator will look at it.' },
  'not-your-item': {
    code: 'not-yours',
    message: 'Only its author can appeal.',
    remedy: 'Report it instead.',
  },
  'not-held': { message: 'Everybody can see this already.' },
  'already-appealed': { message: 'You have already appealed.', remedy: 'Wait for a moderator.' },

  // Purges
  'not-purgeable': {
    message: 'Only posts and chat lines can be purged.',
    remedy: 'Decide on it instead.',
  },
  'already-purged': { code: 'purged', message: 'This message was already purged.' },
  'already-gone': { message: 'This was already purged on this node and cannot be restored.' },
  'purge-unknown': { message: 'This node has no such purge.', remedy: 'Choose one from the list of purges.' },
});
