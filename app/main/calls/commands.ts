import type { BotsReport, CallRoom, CommunityClient, Recording } from '../../contract/index.ts';
import type { CommandSpec } from '../feature/index.ts';
import { problem } from './problems.ts';

/** The commands about calls. */
export const callCommands: readonly CommandSpec[] = [
  {
    name: 'call list',
    summary: 'list the open rooms and who is in them',
    examples: ['call list', 'call list --json'],
    async run(client) {
      const rooms = await client.calls.rooms({});
      return { text: rooms.length === 0 ? 'No room is open.' : rooms.map(lineOf).join('\n'), data: rooms };
    },
  },
  {
    name: 'call open',
    summary: 'open a room for calls, which this node hosts',
    examples: ['call open "Friday evening"', 'call open Council --waiting-room --role moderator'],
    arguments: [{ name: '<title>', help: 'the title of the room' }],
    options: [
      { flags: '--waiting-room', help: 'a moderator admits each participant' },
      { flags: '--role <role>', help: 'the least role that may enter' },
      { flags: '--audio-only', help: 'nobody sends video' },
      { flags: '--encrypted', help: 'only the participants hold the keys of the media' },
      { flags: '--at <time>', help: 'when the call begins, such as 2027-01-15T20:00' },
    ],
    async run(client, { arguments: [title = ''], options }) {
      const role = options['role'];
      const room = await client.calls.open({
        title,
        startsAt: timeOf(options['at']),
        rules: {
          waitingRoom: options['waitingRoom'] === true,
          audioOnly: options['audioOnly'] === true,
          encrypted: options['encrypted'] === true,
          ...(typeof role === 'string'
            ? { access: 'role', leastRole: role as CallRoom['rules']['leastRole'] }
            : {}),
        },
      });
      return { text: lineOf(room), data: room };
    },
  },
  {
    name: 'call close',
    summary: 'end a call for everybody and close its room',
    examples: ['call close "Friday evening"'],
    arguments: [{ name: '<room>', help: 'the title or the id of the room' }],
    async run(client, { arguments: [named = ''] }) {
      const room = await roomNamed(client, named);
      await client.calls.close({ room: room.id });
      return { text: `Closed “${room.title}”.`, data: room };
    },
  },
  {
    name: 'call record',
    summary: 'begin or end the recording of a call that this node hosts',
    examples: ['call record "Friday evening" on', 'call record "Friday evening" off'],
    arguments: [
      { name: '<room>', help: 'the title or the id of the room' },
      { name: '<on|off>', help: 'on asks everyone in the call for consent' },
    ],
    offline: false,
    async run(client, { arguments: [named = '', wanted = ''] }) {
      if (wanted !== 'on' && wanted !== 'off') throw problem('on-or-off');
      const room = await roomNamed(client, named);
      await client.calls.record({ room: room.id, on: wanted === 'on' });
      const text =
        wanted === 'on'
          ? `“${room.title}” is recorded. Only those who agree are in the recording.`
          : `The recording of “${room.title}” has ended.`;
      return { text, data: room };
    },
  },
  {
    name: 'call recordings',
    summary: 'list the recordings of calls on this node',
    examples: ['call recordings', 'call recordings --json'],
    async run(client) {
      const recordings = await client.calls.recordings({});
      const text =
        recordings.length === 0 ? 'There are no recordings.' : recordings.map(recordedLine).join('\n');
      return { text, data: recordings };
    },
  },
  {
    name: 'call stats',
    summary: 'show what this node carries for calls',
    examples: ['call stats', 'call stats --json'],
    offline: false,
    async run(client) {
      const hosting = await client.calls.hosting({});
      const { rooms, participants, consumers, workers, relay } = hosting;
      const lines = [
        `${rooms} calls, ${participants} participants, ${consumers} tracks on their way, ${workers} worker processes`,
        `Relay: ${relay.state}.`,
        hosting.problem?.message,
        relay.problem?.message,
        relay.problem?.remedy,
      ];
      return { text: lines.filter(Boolean).join('\n'), data: hosting };
    },
  },
  {
    name: 'call bots',
    summary: 'have synthetic participants in a room of this node, to test its load',
    examples: ['call bots "Friday evening" --count 20 --seconds 60 --video'],
    arguments: [{ name: '<room>', help: 'the title or the id of the room' }],
    options: [
      { flags: '--count <number>', help: 'how many participants, at most 100; 10 if left out' },
      { flags: '--seconds <number>', help: 'how long they stay after the last has joined; 30 if left out' },
      { flags: '--speakers <number>', help: 'how many speak at a time; 3 if left out' },
      { flags: '--video', help: 'nine of them send pictures' },
    ],
    offline: false,
    async run(client, { arguments: [named = ''], options }) {
      const room = await roomNamed(client, named);
      const reports = await client.calls.bots({
        room: room.id,
        count: numberOf(options['count'], 10, 'participants', 100),
        seconds: numberOf(options['seconds'], 30, 'seconds', 3600),
        speakers: numberOf(options['speakers'], 3, 'speakers', 100),
        video: options['video'] === true,
      });
      let last: BotsReport | null = null;
      for await (const report of reports) last = report;
      if (last === null) throw problem('bots-unavailable');
      return { text: reportOf(last), data: last };
    },
  },
];

/** Throws a Problem `bad-number`. */
function numberOf(text: string | boolean | undefined, otherwise: number, what: string, most: number): number {
  if (typeof text !== 'string') return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw problem('bad-number', { text: text.slice(0, 40), what, most });
  }
  return value;
}

function reportOf(report: BotsReport): string {
  const { bots, tracks, sentPackets, receivedPackets, lostPackets, joinMs, firstTrackMs } = report;
  const all = receivedPackets + lostPackets;
  const loss = all === 0 ? 0 : (lostPackets / all) * 100;
  const times = (of: BotsReport['joinMs']) =>
    of === null ? 'never' : `${Math.round(of.p50)} ms, 95 of 100 within ${Math.round(of.p95)} ms`;
  return [
    `${bots} participants received ${tracks} tracks.`,
    `They sent ${sentPackets} packets and received ${receivedPackets}; ${loss.toFixed(2)} % were lost.`,
    `Joining took ${times(joinMs)}.`,
    `The first track began after ${times(firstTrackMs)}.`,
  ].join('\n');
}

async function roomNamed(client: CommunityClient, named: string): Promise<CallRoom> {
  const rooms = await client.calls.rooms({});
  const room = rooms.find(({ id, title }) => id === named || title === named);
  if (!room) throw problem('room-unknown');
  return room;
}

function timeOf(text: string | boolean | undefined): number | null {
  if (typeof text !== 'string') return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw problem('bad-time', { text: text.slice(0, 40) });
  return ms;
}

function lineOf({ title, host, participants, rules, startsAt, isReachable, refusal }: CallRoom): string {
  const who =
    participants.length === 0 ? 'nobody is in it' : participants.map(({ handle }) => handle).join(', ');
  const marks = [
    rules.waitingRoom ? 'waiting room' : '',
    rules.audioOnly ? 'audio only' : '',
    rules.encrypted ? 'encrypted' : '',
    rules.access === 'everyone'
      ? ''
      : rules.access === 'role'
        ? `${rules.leastRole} and above`
        : 'by invitation',
    startsAt === null ? '' : `begins ${new Date(startsAt).toISOString()}`,
    isReachable ? '' : 'not reachable',
  ].filter(Boolean);
  const line = `${title} (${host.handle}): ${[who, ...marks].join('; ')}`;
  return refusal === null ? line : `${line}\n  ${refusal.message}`;
}

function recordedLine({
  title,
  startedAt,
  lengthMs,
  bytes,
  state,
  progress,
  people,
  problem: why,
}: Recording) {
  const seconds = Math.round(lengthMs / 1000);
  const length = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const parts = [
    new Date(startedAt).toISOString(),
    length,
    `${(bytes / 1e6).toFixed(1)} MB`,
    progress === null ? state : `${state} ${Math.round(progress * 100)}%`,
    people.map(({ handle }) => handle).join(', '),
    why?.message ?? '',
  ];
  return `${title}: ${parts.filter(Boolean).join('; ')}`;
}
