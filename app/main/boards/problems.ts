import { defineProblems } from '../kernel/problems.ts';

const CATCH_UP = 'Wait for the catch-up to finish, then try again.';

/** The problems of boards, threads and posts. */
export const problem = defineProblems('boards', {
  'board-unknown': { message: 'There is no such board here.', remedy: 'Choose a board from the list.' },
  'post-unknown': { message: 'That post is not on this node.', remedy: CATCH_UP },
  'thread-unknown': { message: 'That thread is not on this node.', remedy: CATCH_UP },
  'board-archived': { message: '{board} is archived.', remedy: 'Post on another board.' },
  'out-of-role': {
    message: 'Posting on {board} requires the role {role}.',
    remedy: 'Ask a sysop or moderator.',
  },
  'post-held': {
    message: 'This post is held back until a moderator has reviewed it.',
    remedy: 'Wait until a moderator has decided.',
  },
  'slug-taken': { message: 'A board “{slug}” exists already.', remedy: 'Choose another short name.' },
  'thread-locked': { message: 'This thread is locked.', remedy: 'Start a new thread instead.' },
  'not-yours': { message: 'Only its author can edit a post.', remedy: 'Reply to it instead.' },
  'post-deleted': { message: 'This post was deleted.' },
  'search-renewing': {
    message: 'Older posts are being indexed again for search: {percent} % done.',
    remedy: 'Until then, search may not find older posts in other scripts than Latin.',
  },
});
