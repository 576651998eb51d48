import { defineProblems } from '../kernel/problems.ts';

const NEW_INVITE = 'Ask for a new invite.';
const SOON = 'Try again in a moment.';

export const problem = defineProblems('federation', {
  // One network for many communities
  'bad-communities': { message: 'A peer sent a list of communities that cannot be read.' },
  'community-not-named': { message: 'A peer opened a channel without naming a community.' },
  'community-not-here': { message: 'A peer asked for a community that does not run here.' },

  'clock-ahead': {
    message:
      'The clock of this machine is {minutes, plural, one {# minute} other {# minutes}} ahead of {count, plural, one {# peer} other {# peers}}.',
    remedy:
      'Set the clock of this machine. Until then others see what you write only when that time has come.',
  },
  'clock-behind': {
    message:
      'The clock of this machine is {minutes, plural, one {# minute} other {# minutes}} behind {count, plural, one {# peer} other {# peers}}.',
    remedy: 'Set the clock of this machine. Until then you see what others write late.',
  },
  'author-flood': {
    message: '{name} writes far more than a person can: more than 50 entries a second.',
    remedy: 'This node takes a part of them at once and the rest later. If it does not end, ban the member.',
  },
  'peer-flood': {
    message: '{name} sends more than this node can take. The excess is dropped.',
    remedy: 'Other peers are served first. If it does not end, the connection is closed for ten minutes.',
  },

  malformed: { message: 'The other node sent a message that this node cannot read.' },
  'record-malformed': { code: 'malformed', message: 'The node record has an unknown form.' },
  'introduction-missing': { code: 'malformed', message: 'The peer did not introduce itself.' },
  'not-a-member': { message: 'The peer is not the node of a member.' },
  'bad-record': { message: 'The peer passed on a forged node record.' },
  'too-late': { message: 'The peer did not answer in time.' },
  'ended-early': { message: 'The peer ended the conversation early.' },
  'dial-denied': { message: 'This address is not dialled: only the peer itself vouches for it.' },
  'dial-timeout': { message: 'Nobody answered in time.' },
  cancelled: { message: 'Joining was cancelled.' },
  'host-silent': { message: 'The host does not answer.', remedy: SOON },
  'host-ended': {
    code: 'host-silent',
    message: 'The host ended the conversation early.',
    remedy: SOON,
  },
  'host-unreachable': {
    message: 'No node of “{community}” answers at the addresses of this invite ({reason})',
    remedy:
      'Make sure that the inviting node runs and that both machines are on the same network or the internet.',
  },
  'wrong-genesis': { message: 'The host belongs to another community than the invite.', remedy: NEW_INVITE },
  'bad-signature': { message: 'The request is not signed by the key it shows.' },
  'invite-broken': {
    message: 'This invite link is incomplete.',
    remedy: 'Copy the link again, from its first to its last character.',
  },
  'invite-expired': {
    message: 'This invite has expired.',
    remedy: 'Ask the person who sent it for a new one.',
  },
  'invite-not-issued': {
    code: 'invite-unknown',
    message: 'This invite was not issued here.',
    remedy: NEW_INVITE,
  },
  'invite-unknown': {
    message: 'There is no such invite.',
    remedy: 'Look at the list of invites again.',
  },
  'invite-used': { message: 'This invite is used up or was revoked.', remedy: NEW_INVITE },
  'bad-secret': { message: 'The secret of this invite is wrong.', remedy: 'Copy the whole link again.' },
  banned: { message: 'This person was banned from this community, or lost their role in it.' },
  'too-many-tries': {
    message: 'There were too many attempts within a minute.',
    remedy: 'Wait a minute.',
  },
  'ledger-outdated': {
    message: 'The ledger continues by a version of the protocol that this release does not know.',
    remedy: 'Install the release that the validators run.',
  },
  'host-outdated': {
    code: 'bad-handle',
    message: 'The node that invites you runs an older release, which takes no handle with combining marks.',
    remedy:
      'Choose letters that stand alone, or ask the inviting person to install the newest release and the validators to schedule version 2: “impulse ledger protocol schedule 2 --height N”.',
  },
  'out-of-role': {
    message: 'Your role does not allow inviting a {role}.',
    remedy: 'Ask a sysop to send the invite.',
  },
  'reach-unset': {
    message: 'This node listens on this machine alone, so nobody elsewhere could use the invite.',
    remedy: 'Choose whom the invite is for: the internet, this network, or other nodes on this machine.',
  },
  'not-reachable': { message: '{finding}', remedy: '{steps}' },
  'node-key-copied': {
    message: 'Another node runs with a copy of this node’s key, so connections go to one or the other.',
    remedy: 'Stop one of the two. To run both, let the second join with an invite and its own directory.',
  },

  // Releases
  'opaque-events': {
    code: 'needs-update',
    message:
      'At least {count, plural, one {# entry of this community needs} other {# entries of this community need}} a newer release to be shown ({kinds}). {known, select, yes {Some peers know them.} other {No peer met so far knows them.}}',
    remedy: 'Install the newest release. Until then this node keeps these entries and passes them on.',
  },
});
