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
  'host-elsewhere': {
    message: 'This node does not host the room now.',
    remedy: 'Enter the room again.',
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
  'sends-already': { message: 'You send this already.', remedy: 'Stop it first.' },
  'wrong-kind': { message: 'The track does not fit its source.' },
  'asked-too-often': { message: 'Too many requests in a short time.', remedy: 'Wait a few seconds.' },
  'key-refused': {
    message: 'The key is not signed by the person whom the host names.',
    remedy: 'Ask them on another way. The host of the room may be lying.',
  },
  'key-of-no-member': { message: 'The key belongs to somebody who is no member now.' },
  'encryption-fixed': {
    message: 'Whether a room is encrypted is decided when it is opened.',
    remedy: 'Open another room.',
  },
  'encrypted-room': {
    message: 'The host cannot record an encrypted call: only participants hold the keys.',
    remedy: 'Open a room without encryption to record.',
  },
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

  // Recording
  'recorder-missing': {
    message: 'Calls cannot be recorded here.',
    remedy: 'Record on a node that has ffmpeg.',
  },
  'recorded-already': { message: 'The call is recorded already.' },
  'not-recorded': { message: 'The call is not recorded now.' },
  'not-here': {
    message: 'Another node hosts this room, and recordings are made there.',
    remedy: 'Enter the call and begin the recording in it, if you moderate the room.',
  },
  'nobody-here': { message: 'Nobody is in this call.', remedy: 'Enter the call first.' },
  'consent-not-proved': {
    message: 'The answer to the recording is not signed by the person who gave it.',
    remedy: 'Answer once more; if that does not help, update your node.',
  },
  'recording-space': {
    message: 'The space for recordings is used up.',
    remedy: 'Delete recordings, or allow more space in the settings.',
  },
  'on-or-off': { message: 'The recording is switched “on” or “off”.', remedy: 'Write one of the two words.' },
  'recording-unknown': { message: 'There is no such recording.', remedy: 'Choose one from the list.' },
  'recording-runs': { message: 'The recording is still being made.', remedy: 'Stop it first.' },
  'too-slow': { message: 'The connection could not keep up with the call.', remedy: 'Enter the room again.' },
});
