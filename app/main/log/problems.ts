import { Problem } from '../kernel/errors.ts';
import { defineProblems } from '../kernel/problems.ts';

/** The problems of the log and its sync. */
export const problem = defineProblems('log', {
  // Events
  'event-too-large': { message: 'The event is larger than allowed.' },
  'draft-too-large': {
    code: 'event-too-large',
    message: 'This is too large for one event.',
    remedy: 'Shorten it or attach it as a file.',
  },
  'bad-event': { message: 'The event does not have the fields of an event.' },
  'bad-parents': { message: 'The parents of the event are not in ascending order.' },
  'not-a-member': {
    message: 'You are not a member of this community.',
    remedy: 'Join it with an invite.',
  },
  'out-of-role': { message: 'Your role does not allow this.', remedy: 'Ask a sysop or moderator.' },
  inadmissible: {
    message: 'Other nodes would not accept this {kind}.',
    remedy: 'Check what you entered.',
  },

  // Handshake
  refused: { message: 'The peer does not let this node in.' },
  'wrong-community': { message: 'The peer belongs to another community.' },
  'peer-signature': { code: 'bad-signature', message: 'The peer does not own the key it shows.' },
  'unknown-peer': {
    code: 'not-a-member',
    message: 'The peer is not a member of this community, as far as this node knows.',
  },
  'peer-outdated': {
    message: 'The peer speaks version {theirs} of the protocol, and this node {own}.',
    remedy: 'The peer has to install a newer release. Nothing is exchanged with it until then.',
  },
  'node-outdated': {
    message: 'The peer speaks version {theirs} of the protocol, and this node {own}.',
    remedy: 'Install a newer release on this node. Nothing is exchanged with the peer until then.',
  },

  // Sync
  malformed: { message: 'The peer sent a message that is not valid here.' },
  'malformed-reconciliation': { code: 'malformed', message: 'The reconciliation message is malformed.' },
  'bad-version': { message: 'The peer uses another version of the reconciliation protocol.' },
  unasked: { message: 'The peer sent something that was not requested.' },
  'unasked-event': { code: 'unasked', message: 'The peer sent an event that was not requested.' },
  'bad-events': { message: 'The peer sends events that break the rules.' },
  endless: { message: 'The peer names more events than it has.' },
  'answer-too-large': { message: 'The peer sent more than fits one answer.' },
  'peer-silent': { message: 'The peer was silent for too long.', remedy: 'It is asked again later.' },
  'channel-broken': { message: 'The peer ended the exchange.' },
  cancelled: { message: 'Catch-up was stopped.' },
  unexpected: { message: 'Sync failed: {reason}' },
});

/** A problem whose code is that of a peer's refusal. */
export function refused(code: string): Problem {
  return Problem.of({ ...problem.fields('refused'), code });
}

/** The refusal of a person's own event, with its code. */
export function inadmissible(code: string, kind: string): Problem {
  return Problem.of({ ...problem.fields('inadmissible', { kind }), code });
}
