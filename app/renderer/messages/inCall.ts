import { isolated } from '../../contract/foreign-text.ts';
import type { CallSource } from '../../contract/index.ts';
import { count, listed, plural } from './format.ts';

const and = (names: readonly string[]): string =>
  names.length < 2 ? listed(names) : `${listed(names.slice(0, -1))} and ${names.at(-1)}`;
/** Names with a verb: “Ada and Paul joined”. */
export const some = (names: readonly string[], one: string, many: string): string => {
  const safe = names.map(isolated);
  const all =
    safe.length > 3 ? `${listed(safe.slice(0, 2))} and ${count(safe.length - 2)} others` : and(safe);
  return `${all} ${safe.length === 1 ? one : many}`;
};

/** Text inside a call. */
export const inCall = {
  phases: {
    entering: 'Asking the host of the room.',
    waiting: 'A moderator has been told that you are here.',
    waitingTitle: 'You are in the waiting room.',
    waitingMore: 'Nobody sees or hears you until you are admitted. You can leave at any time.',
    joining: 'Connecting sound and picture.',
    rejoining: 'The host is restoring sound and picture. You stay in the call.',
    lost: 'The connection to the call is lost. The console tries again.',
    failing: 'Your network is interrupted. Sound and picture come back automatically.',
  },
  ended: {
    left: 'You left the call.',
    removed: (by: string | null) =>
      by === null ? 'You were removed from the call.' : `${isolated(by)} removed you from the call.`,
    'turned-away': (by: string | null) =>
      by === null ? 'You were not admitted.' : `${isolated(by)} did not admit you.`,
    ended: (by: string | null) =>
      by === null ? 'The call has ended.' : `${isolated(by)} ended the call for everybody.`,
    'host-lost': 'The call was lost.',
    refused: 'You could not join the call.',
    elsewhere: 'You joined this call in another window.',
    rejoin: 'Join again',
    lasted: (time: string) => `You were in it for ${time}.`,
  },
  hostLost: {
    message: 'The node that hosts the call does not answer.',
    remedy: 'Wait until its host is online again, or open a room of your own.',
  },
  noTransports: 'The host of the call gave an answer that this console does not understand.',
  mediaGone: 'The connection of the call was closed.',
  noWebRtc: 'This browser cannot take part in calls (it has no WebRTC).',
  cannotSend: {
    microphone: 'The host of the call accepts no sound from this browser.',
    camera: 'The host of the call accepts no video from this browser.',
    screen: 'The host of the call accepts no video from this browser.',
    'screen-sound': 'The host of the call accepts no sound from this browser.',
  } satisfies Record<CallSource, string>,
  stage: {
    people: (n: number) => plural(n, 'person', 'people'),
    locked: 'locked',
    recording: 'recording',
    recordingSince: (when: string, names: readonly string[]) =>
      names.length === 0
        ? `Recorded since ${when}. Nobody has agreed yet.`
        : `Recorded since ${when}: ${some(names, '', '').trim()}.`,
    recorded: 'is recorded',
    refused: 'refuses to be recorded',
    stage: 'Participants',
    strip: 'Other participants',
    you: 'you',
    screenOf: (name: string) => `Screen of ${isolated(name)}`,
    yourScreen: 'Your screen',
    more: (n: number) => `${count(n)} more`,
    moreMeans: (n: number) => `${plural(n, 'more participant', 'more participants')}: show all people`,
    alone: 'You are alone in the call.',
    aloneHint: 'Others see this room under Calls and join it there.',
    muted: 'muted',
    speaks: 'speaks',
    hand: 'hand raised',
    paused: 'video paused',
    pin: (name: string) => `Pin ${isolated(name)}`,
    unpin: (name: string) => `Unpin ${isolated(name)}`,
    pinned: 'pinned',
    quality: {
      good: 'Good connection',
      fair: 'Fair connection',
      poor: 'Poor connection',
      unknown: 'Connection not measured yet',
    },
    causes: { 'their-network': 'their network', host: 'the host', none: '' },
    yourNetwork: 'your network',
  },
  secrecy: {
    label: 'Encryption',
    mark: 'Encrypted',
    compare: 'Compare aloud: everyone sees the same six words.',
    pending: 'The words appear once the keys of all participants are checked.',
    refused: (names: readonly string[]) =>
      `The key of ${and(names)} is not genuine. You neither see nor hear each other.`,
    refusedWhy:
      'The host may be putting itself in between. Leave the call and tell them in another way, or ask the sysop.',
    unchecked: (names: readonly string[]) => `The key of ${and(names)} could not be checked yet.`,
    renamed: (claimed: string, known: string) =>
      `The host shows “${claimed}”, but your node knows the person who signed the key as “${known}”.`,
    more: 'About the encryption',
    title: 'This call is encrypted',
    how: 'Every console encrypts sound and picture before they leave. The host passes them on and cannot read them. The chat, names and who speaks when are not encrypted this way.',
    words:
      'If everyone reads out the same six words, nobody listens in between. The words change whenever somebody joins or leaves.',
    recording: 'Recording on the host is off because only participants hold the keys.',
    keys: 'Checked keys',
    none: 'Nobody else has sent a key yet.',
    done: 'Done',
    waiting: 'Waiting for the key',
    refusedTile: 'Key refused',
    said: (list: readonly string[]) => `The call is encrypted. Its words are: ${list.join(', ')}.`,
    saidAgain: (list: readonly string[]) => `The verification words changed. They are: ${list.join(', ')}.`,
    unable: {
      message: 'This browser cannot take part in encrypted calls.',
      remedy:
        'It cannot encrypt sound and picture, or agree on keys. Use the Impulse app, Chromium or Chrome 133, Firefox 130, Safari 17, or a later version.',
    },
    noKey: 'This browser could not make a key for the encrypted call.',
  },
  bar: {
    label: 'Call controls',
    mute: 'Mute',
    unmute: 'Unmute',
    cameraOn: 'Camera on',
    cameraOff: 'Camera off',
    share: 'Share',
    stopShare: 'Stop sharing',
    hand: 'Raise hand',
    handDown: 'Lower hand',
    react: 'React',
    grid: 'Grid',
    spotlight: 'Spotlight',
    chat: 'Chat',
    people: 'People',
    devices: 'Devices',
    leave: 'Leave',
    more: 'More',
    record: 'Record the call',
    stopRecording: 'Stop the recording',
    withdraw: 'Withdraw consent',
    agree: 'Agree to be recorded',
    unread: (n: number) => `${count(n)} new`,
    noVideo: 'This room is audio only.',
    audioChosen: 'You chose audio only under Devices.',
    noShare: 'You may not share a screen in this room.',
  },
  reactions: [
    ['👍', 'thumbs up'],
    ['👏', 'applause'],
    ['❤️', 'heart'],
    ['😂', 'laughter'],
    ['😮', 'surprise'],
    ['🎉', 'celebration'],
  ] as const,
  reactionsLabel: 'Reactions',
  reacts: (name: string, what: string) => `${isolated(name)}: ${what}`,
  queue: {
    title: (n: number) => plural(n, 'person waits', 'people wait'),
    label: 'Waiting room',
    admit: 'Admit',
    turnAway: 'Turn away',
    turnAwayName: (name: string) => `Turn away ${isolated(name)}`,
    more: (n: number) => `and ${count(n)} more; the list of people shows all`,
  },
  peopleTitle: 'People',
  people: {
    label: 'Participants',
    loudness: 'Volume',
    volume: (name: string) => `Volume of ${isolated(name)}`,
    menu: (name: string) => `Acts on ${isolated(name)}`,
    muteMicrophone: 'Mute',
    stopCamera: 'Stop camera',
    stopScreen: 'Stop screen sharing',
    lowerHand: 'Lower hand',
    remove: 'Remove from the call',
    lock: 'Lock the room',
    unlock: 'Unlock the room',
    end: 'End for all',
  },
  remove: {
    title: (name: string) => `Remove ${isolated(name)} from the call?`,
    why: 'They are disconnected at once. They can come back unless you lock the room.',
    cancel: 'Cancel',
    confirm: 'Remove',
  },
  end: {
    title: 'End the call for everybody?',
    why: 'Everyone is disconnected. The room stays open.',
    cancel: 'Cancel',
    confirm: 'End the call',
  },
  leaving: {
    title: 'You are the last moderator here.',
    why: 'If you leave, nobody can admit people to this call. You can end it for everybody instead.',
    cancel: 'Stay',
    confirm: 'Leave',
    end: 'End for all',
  },
  chat: {
    title: 'Chat',
    log: 'Chat of the call, newest last',
    empty: 'Nobody has written anything yet.',
    emptyHint: 'Everyone in the call reads what you write here.',
    input: 'Message',
    placeholder: 'Write to everyone in the call',
    send: 'Send',
  },
  closePanel: 'Close',
  notices: {
    silenced: {
      microphone: (by: string) => `${isolated(by)} muted you.`,
      camera: (by: string) => `${isolated(by)} switched your camera off.`,
      screen: (by: string) => `${isolated(by)} stopped your screen sharing.`,
      'screen-sound': (by: string) => `${isolated(by)} stopped the sound of your screen.`,
    } satisfies Record<CallSource, unknown>,
    silencedHint: { microphone: 'You can unmute yourself when it is your turn.' },
    read: 'Dismiss',
    blocked: 'The browser holds the sound of the call back.',
    hear: 'Hear the call',
    consent: (by: string) => `${isolated(by)} wants to record the call.`,
    consentWhy:
      'If you refuse, your voice, picture and messages are left out. You can change your answer at any time.',
    recordingEnded: {
      off: (by: string | null) => (by === null ? 'The recording has ended.' : `${by} ended the recording.`),
      withdrawn: (by: string | null) =>
        `${by ?? 'Somebody'} withdrew their consent, so the recording has ended. They are not in it.`,
      failed: () => 'The recording has ended. The call goes on.',
    },
    agree: 'Agree',
    refuse: 'Refuse',
  },
  said: {
    came: (names: readonly string[]) => `${some(names, 'joined', 'joined')}.`,
    went: (names: readonly string[]) => `${some(names, 'left', 'left')}.`,
    raised: (names: readonly string[]) => `${some(names, 'raises a hand', 'raise their hands')}.`,
    lowered: 'Your hand was lowered.',
    waits: (names: readonly string[]) => `${some(names, 'waits', 'wait')} to be admitted.`,
    shares: (names: readonly string[]) => `${some(names, 'shares a screen', 'share their screens')}.`,
    locked: 'The room is locked.',
    unlocked: 'The room is unlocked.',
    records: 'The call is recorded.',
    recordsNoMore: 'The recording has stopped.',
    speaks: (name: string) => `${isolated(name)} speaks.`,
    muted: 'Microphone muted.',
    unmuted: 'Microphone on.',
    cameraOn: 'Camera on.',
    cameraOff: 'Camera off.',
    sharing: 'You share your screen.',
    notSharing: 'You share your screen no more.',
    wrote: (name: string, text: string) => `${isolated(name)}: ${isolated(text)}`,
  },
};
