import { defineProblems } from '../kernel/problems.ts';

const ASK = 'Ask a sysop or moderator.';
const ASK_ANOTHER = 'Ask another sysop or moderator.';

/** The problems of members and their roles. */
export const problem = defineProblems('members', {
  'bad-handle': {
    message: '“{handle}” cannot be a handle here.',
    remedy:
      'Choose 2 to 32 letters and digits, with their accents and vowel signs; spaces, dots, hyphens and underscores may stand between them.',
  },
  'handle-needs-version': {
    code: 'bad-handle',
    message: '“{handle}” has combining marks, which this community takes from version 2 of the protocol on.',
    remedy:
      'Choose letters that stand alone, or ask the validators to schedule version 2: “impulse ledger protocol schedule 2 --height N”.',
  },
  'handle-taken': { message: 'The handle “{handle}” is taken.', remedy: 'Choose another one.' },
  'handle-mixed': {
    message: '“{handle}” mixes alphabets, so that it could be taken for another name.',
    remedy: 'Choose a handle in the letters of one alphabet.',
  },
  'handle-looks-alike': {
    message: '“{handle}” can be taken for “{other}”, which is somebody else’s handle.',
    remedy: 'Choose one that looks different.',
  },
  'not-found': {
    message: 'No member has this identity.',
    remedy: 'Choose someone from the list of members.',
  },
  'own-role': { code: 'yourself', message: 'You cannot change your own role.', remedy: ASK_ANOTHER },
  'own-ban': { code: 'yourself', message: 'You cannot ban yourself.', remedy: ASK_ANOTHER },
  'own-lift': { code: 'yourself', message: 'You cannot lift your own ban.', remedy: ASK_ANOTHER },
  'out-of-role': { message: 'Your role does not allow this.', remedy: ASK },
  outranked: {
    code: 'out-of-role',
    message: '{name} has the role {role}, which is not below yours.',
    remedy: 'Ask someone whose role is above both.',
  },
  'grants-too-much': {
    code: 'out-of-role',
    message: 'You cannot grant the role {role}.',
    remedy: 'Grant a role below yours.',
  },
  'admits-too-much': {
    code: 'out-of-role',
    message: 'Your role does not allow you to admit a {role}.',
    remedy: ASK,
  },
  'bad-until': { message: 'The end of the ban is in the past.', remedy: 'Choose a later time.' },
  'not-banned': { message: '{name} is not banned.' },
  'ban-of-higher-role': {
    code: 'out-of-role',
    message: 'The ban is by {name}, whose role {role} is above yours.',
    remedy: 'Ask someone whose role is as high.',
  },
  'already-member': {
    message: 'This person is a member already.',
    remedy: 'Open the community instead of joining again.',
  },
});
