import { defineProblems } from '../kernel/problems.ts';

/** The problems of calls. */
export const problem = defineProblems('calls', {
  // Rooms
  'room-unknown': {
    message: 'There is no such room, or it is closed.',
    remedy: 'Choose a room from the list.',
  },
  'board-unknown': { message: 'There is no such board.', remedy: 'Choose a board from the list.' },
  'not-yours': {
    message: 'Only the person who opened the room changes it.',
    remedy: 'Ask them, or open a room of your own.',
  },
  'bad-time': { message: '“{text}” is not a time.', remedy: 'Write it as 2027-01-15T20:00.' },
  'starts-in-the-past': { message: 'The call would begin in the past.', remedy: 'Choose a later time.' },
  'hosting-off': {
    message: 'This node does not host calls.',
    remedy: 'Turn on “Host calls” in the settings.',
  },

  'hosting-impossible': { message: 'Calls cannot be hosted here.' },
  'call-soon': { message: '“{title}” by {host} begins soon.', remedy: 'Open Calls to enter.' },

  // Entering
  'no-member': { message: 'Only members of this community enter its calls.' },
  'not-invited': {
    message: 'The rules of this room do not let you in.',
    remedy: 'Ask the person who opened it to invite you.',
  },
  'room-locked': { message: 'The room is locked.', remedy: 'Ask somebody in the call to unlock it.' },
  'room-full': { message: 'The room is full: {most, number} people are in it.', remedy: 'Try again later.' },
  'too-many-of-one': {
    message: 'You are in this room from {most, number} places already.',
    remedy: 'Leave it in another window.',
  },
  'not-yet': { message: 'The call has not begun.', remedy: 'Come back ten minutes before it begins.' },
  'waiting-room-full': { message: 'Too many people wait to enter.', remedy: 'Try again later.' },
  'host-unreachable': {
    message: 'The node that hosts this room is not connected.',
    remedy: 'Try again once {name} is online.',
  },
  'host-silent': {
    message: 'The node that hosts the call does not answer.',
    remedy: 'Enter the room again.',
  },

  // In a call
  'session-unknown': { message: 'This call has ended here.', remedy: 'Enter the room again.' },
  'bad-token': {
    message: 'The token of admission is wrong, used or too old.',
    remedy: 'Enter the room again.',
  },
  'not-joined': { message: 'You have not joined the call.' },
  'joined-already': { message: 'You have joined the call already.' },
  'not-allowed': { message: 'You may not do this in this room.', remedy: 'Ask a moderator of the call.' },
  'higher-role': { message: 'Their role is above yours.' },
  'participant-unknown': { message: 'They have left the call.' },
  'transport-unknown': { message: 'There is no such connection.' },
  'track-unknown': { message: 'The track has ended.' },
  'sends-already': { message: 'You send this already.', remedy: 'Stop it first.' },
  'wrong-kind': { message: 'The track does not fit its source.' },
  'asked-too-often': { message: 'Too many requests in a short time.', remedy: 'Wait a few seconds.' },
  'bots-elsewhere': {
    message: 'Synthetic participants enter rooms of their own node only.',
    remedy: 'Open a room on this node, or run the command on the node that hosts the room.',
  },
  'bots-unavailable': { message: 'This node has no synthetic participants.' },
  'bad-number': {
    message: '“{text}” is not a number of {what}.',
    remedy: 'Write a number from 1 to {most, number}.',
  },
  'bad-message': { message: 'The other side sent a message that this node does not understand.' },
  'too-slow': { message: 'The connection could not keep up with the call.', remedy: 'Enter the room again.' },
});
