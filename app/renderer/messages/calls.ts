import { isolated } from '../../contract/foreign-text.ts';
import type { CallSource } from '../../contract/index.ts';
import { count, plural } from './format.ts';
import { inCall, some } from './inCall.ts';

const faultOf = (device: string, deny: string) => (fault: string) => {
  switch (fault) {
    case 'blocked':
      return {
        message: `The browser or the system blocks ${device}.`,
        remedy: `Allow ${deny} for this page, then try again.`,
      };
    case 'missing':
      return {
        message: `There is no ${deny} on this machine.`,
        remedy: 'Plug one in; it appears here at once.',
      };
    case 'busy':
      return {
        message: `Another program uses ${device}.`,
        remedy: 'Close that program, or choose another device.',
      };
    case 'insecure':
      return {
        message: `This page may not use ${device}, because it was not opened from this machine or over HTTPS.`,
        remedy: 'Open the console on the machine that runs the node, or over HTTPS.',
      };
    default:
      return {
        message: `The browser could not open ${device}.`,
        remedy: 'Choose another device, or try again.',
      };
  }
};

/** Text of calls. */
export const calls = {
  title: 'Calls',
  doing: 'In the list of calls',
  inCall: (title: string) => `In the call ${isolated(title)}`,
  loading: 'Loading the rooms.',
  again: 'Try again',
  empty: 'No room is open.',
  emptyHint:
    'A room is a place to talk, with or without a camera, and to share a screen. You open one, others join it from this list; it stays until you close it. The node of its host carries the call; no other server is needed.',
  openRoom: 'Open a room',
  rooms: 'Open rooms',
  roomCount: (n: number) => plural(n, 'room', 'rooms'),
  columns: { room: 'Room', inIt: 'In the call', board: 'Board', host: 'Host', state: 'State' },
  nobody: 'nobody',
  noBoard: 'none',
  live: (n: number) => plural(n, 'person', 'people'),
  free: 'open',
  startsIn: (when: string) => `starts ${when}`,
  away: 'host offline',
  awayMeans: 'The node of its host is not connected. The room can be entered as soon as it is.',
  marks: {
    waitingRoom: 'waiting room',
    waitingRoomMeans: 'A moderator admits each participant.',
    invited: 'invited only',
    invitedMeans: 'Those on its list and moderators may enter.',
    role: (role: string) => `${role} and above`,
    roleMeans: 'Your role decides whether you may enter.',
    audioOnly: 'audio only',
    audioOnlyMeans: 'Nobody sends video.',
    encrypted: 'encrypted',
    encryptedMeans: 'Only the participants hold the keys of the media.',
  },
  detail: {
    title: 'Room',
    board: 'Board',
    host: 'Host',
    opened: 'Opened',
    starts: 'Starts',
    access: 'Who may enter',
    share: 'Who may share a screen',
    inIt: 'In the call',
    everyone: 'Everyone in the community',
    role: (role: string) => `${role} and above`,
    invited: (n: number) => `${plural(n, 'invited person', 'invited people')} and moderators`,
    waiting: 'A moderator admits each participant.',
    none: 'Select a room to see who is in it.',
    join: 'Join',
    back: 'Back to the call',
    change: 'Change',
    close: 'Close room',
  },
  draft: {
    open: 'Open a room',
    change: 'Change the room',
    name: 'Title',
    nameHint: 'The subject of the call. Everyone in the community sees it.',
    board: 'Board',
    boardHint: 'The board shows who is in the call.',
    noBoard: 'No board',
    access: 'Who may enter',
    accesses: {
      everyone: { title: 'Everyone', means: 'All members of the community.' },
      role: { title: 'By role', means: 'Members of a role and above.' },
      invited: { title: 'Invited', means: 'The people on a list, and moderators.' },
    },
    leastRole: 'Least role',
    invited: 'Invite a member',
    invitedNothing: 'No member has this name.',
    invitedList: 'Invited members',
    uninvite: (name: string) => `Remove ${isolated(name)} from the list`,
    share: 'Who may share a screen',
    shares: {
      guest: 'Everyone in the call',
      member: 'Members and above',
      moderator: 'Moderators and above',
      'co-sysop': 'Co-sysops and the sysop',
      sysop: 'The sysop',
    },
    roles: {
      guest: 'guest',
      member: 'member',
      moderator: 'moderator',
      'co-sysop': 'co-sysop',
      sysop: 'sysop',
    },
    waitingRoom: 'Waiting room: a moderator admits each participant',
    audioOnly: 'Audio only: nobody sends video',
    encrypted: 'Encrypted: only participants can see and hear the call, the host cannot record it',
    scheduled: 'Starts at a set time',
    startsAt: 'Date and time',
    startsAtError: 'Choose a time in the future.',
    cancel: 'Cancel',
    confirm: 'Open room',
    save: 'Save',
    opened: (title: string) => `The room ${isolated(title)} is open.`,
  },
  close: {
    title: (title: string) => `Close ${isolated(title)}?`,
    why: 'The call ends for everybody, and the room disappears from the list. This cannot be undone.',
    cancel: 'Keep open',
    confirm: 'Close room',
    closed: (title: string) => `The room ${isolated(title)} is closed.`,
  },
  gone: 'This room is not open any more.',
  goneHint: 'Its host has closed it, or the link is old.',
  toRooms: 'All rooms',
  pre: {
    title: (title: string) => `Join ${isolated(title)}`,
    cameraOff: 'Your camera is off.',
    looking: 'Looking for your devices.',
    joinsSoon: 'You join once your devices are open. Press again to join without them.',
    joinsAs: {
      both: 'Others will see and hear you.',
      voice: 'Others will hear you. Your camera is off.',
      muted: 'You join muted: others hear you once you unmute.',
      mutedSeen: 'Others will see you. You join muted.',
      seen: 'Others will see you. You have no microphone, so they cannot hear you.',
      listen: 'You join as a listener: you hear and read everything, and can write in the chat.',
    },
    microphoneOff: 'The microphone is not used.',
    level: 'Level of your microphone',
    levelWords: (percent: number) => (percent < 8 ? 'silent' : `${count(percent)}%`),
    muted: 'Join muted',
    withCamera: 'Join with camera',
    join: 'Join the call',
    ask: 'Ask to join',
    askWhy: 'This room has a waiting room: a moderator admits you.',
    others: (names: readonly string[]) =>
      names.length === 0 ? 'Nobody is in the call yet.' : `In the call: ${some(names, '', '').trim()}.`,
    starts: (when: string) => `The call starts ${when}.`,
    leaveOther: (title: string) => `You leave the call ${isolated(title)} when you join.`,
  },
  devices: {
    title: 'Devices and quality',
    microphone: 'Microphone',
    camera: 'Camera',
    speaker: 'Speaker',
    system: 'Chosen by the system',
    unnamed: (kind: string, n: number) => `${kind} ${n}`,
    noMicrophone: 'No microphone found',
    noCamera: 'No camera found',
    noSpeakers: 'This browser plays sound where the system sends it.',
    sound: 'Sound',
    noiseSuppression: 'Suppress noise',
    echoCancellation: 'Cancel echo',
    autoGain: 'Even out loudness',
    quality: 'Video quality',
    qualities: {
      auto: 'Automatic, by the size of the tiles',
      '360p': '360p, up to 0.5 Mbit/s',
      '720p': '720p, up to 1.5 Mbit/s',
      '1080p': '1080p, up to 3 Mbit/s',
      audio: 'Audio only',
    },
    mirror: 'Mirror my own picture',
    tellSpeaker: 'Tell screen readers who speaks',
    done: 'Done',
    faults: {
      microphone: faultOf('the microphone', 'microphone'),
      camera: faultOf('the camera', 'camera'),
      screen: faultOf('the screen', 'screen sharing'),
      'screen-sound': faultOf('the sound of the screen', 'screen sharing'),
    } satisfies Record<CallSource, unknown>,
  },
  acts: {
    mute: 'mute or unmute',
    camera: 'camera on or off',
    share: 'share the screen',
    hand: 'raise or lower the hand',
    react: 'react',
    layout: 'grid or spotlight',
    chat: 'chat',
    people: 'people',
    devices: 'devices and quality',
    leave: 'leave the call',
    talk: 'hold to talk',
    admit: 'admit who waits first',
    lock: 'lock or unlock the room',
    record: 'record the call or stop the recording',
    consent: 'agree to be recorded or withdraw consent',
    recordings: 'recordings',
    lower: 'lower all hands',
    end: 'end the call for everybody',
    unpin: 'unpin',
    back: 'Back to the call',
    join: 'join',
    open: 'open a room',
    close: 'close the room',
    change: 'change the room',
    rooms: 'all rooms',
  },
  strip: {
    inCall: (title: string) => `You are in the call ${isolated(title)}.`,
    muted: 'You are muted.',
    heard: 'Others hear you.',
    back: 'Back to the call',
    leave: 'Leave',
    dismiss: 'Dismiss',
  },
  badge: (n: number) => `${plural(n, 'person', 'people')} in calls`,
  board: (names: readonly string[]) => `In a call: ${some(names, '', '').trim()}`,
  settings: {
    title: 'Calls',
    host: {
      label: 'Host calls',
      hint: 'Rooms that you open run on this node: it receives and passes on the sound and picture of everyone in them.',
    },
    hostForOthers: {
      label: 'Take over calls',
      hint: 'If the node that hosts a call goes away while you are in it, this node may host the call until that one is back.',
    },
    announce: {
      label: 'Address for media',
      hint: 'The host name or IP address at which others reach the media of calls, if a router stands before this machine. Empty: the addresses of this machine.',
    },
    port: {
      label: 'Media port',
      hint: 'The first UDP and TCP port of media; each further process takes the next one. 0 lets the system choose.',
    },
    relayOnly: {
      label: 'Relay only',
      hint: 'All media go through a relay, so that no participant sees the address of another. Calls fail without a relay.',
    },
    relays: {
      label: 'Relays',
      hint: 'TURN servers, one per line, such as turn:relay.example.org:3478.',
    },
    recordingBytes: {
      label: 'Space for recordings',
      hint: 'How many bytes recordings may take in each community. A recording ends when the space is used up.',
    },
    recordingDays: {
      label: 'Days that recordings are kept',
      hint: 'Recordings are deleted after so many days. 0 keeps them until you delete them.',
    },
    relaySecret: {
      label: 'Relay secret',
      hint: 'The REST secret that this node shares with the relay, for example static-auth-secret of coturn.',
    },
    coturn: {
      label: 'Run a relay',
      hint: 'This node starts coturn, which must be installed, and offers it to everyone in its calls. It helps people whose network blocks UDP.',
    },
    coturnPort: {
      label: 'Relay port',
      hint: 'The UDP and TCP port of that relay. A router must forward it.',
    },
    coturnCert: {
      label: 'Relay certificate',
      hint: 'The file of a TLS certificate for the address for media. Empty: the relay does without TLS.',
    },
    coturnKey: {
      label: 'Relay key',
      hint: 'The file of the private key of that certificate.',
    },
  },
  ...inCall,
};
