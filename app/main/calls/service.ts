import type * as contract from '../../contract/index.ts';
import { defaultRoomRules } from '../../contract/index.ts';
import { equalBytes, fromBase64Url, toBase64Url } from '../kernel/bytes.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { every, throttled, type Random } from '../kernel/clock.ts';
import { publicKeyOf } from '../kernel/did.ts';
import { problemOf, type ProblemFields } from '../kernel/errors.ts';
import { silentLogger, type Logger } from '../kernel/logger.ts';
import type { Quota } from '../kernel/quota.ts';
import type { MemberPeer } from '../federation/index.ts';
import type { HandshakeInit } from '../log/handshake.ts';
import type { Transport } from '../log/transport.ts';
import type { Gate } from '../moderation/index.ts';
import { moderates, refusalOf } from './access.ts';
import { answerCall } from './answering.ts';
import { RemoteSeat } from './attending.ts';
import { runBots } from './bots.ts';
import type { Seat } from './call.ts';
import { callKeys } from './call-key.ts';
import { shownRules } from './call-state.ts';
import { EventQueue } from './event-queue.ts';
import { Hosting } from './hosting.ts';
import { callKinds, type CallOpen, type Rules } from './kinds.ts';
import { LiveCalls } from './live.ts';
import type { BotMedia, ManagedRelay, Sfu } from './ports.ts';
import { problem } from './problems.ts';
import { checkProof, proofOf } from './recording/proof.ts';
import type { RecordingBook } from './recording/book.ts';
import { isAmong, Studio } from './recording/studio.ts';
import type { Recorder, RecordingFolder } from './recording-ports.ts';
import { Reminders } from './reminders.ts';
import type { Room, Rooms } from './rooms.ts';
import { Succession } from './succession.ts';
import { CALL_PROTOCOL } from './wire.ts';

/** How long changes of the list are collected before they are told, in milliseconds. */
const TELL_AFTER_MS = 200;
/** How often the start of scheduled calls is looked at, in milliseconds. */
const LOOK_MS = 30_000;

export interface CallsInit extends Omit<HandshakeInit, 'transport'> {
  readonly transport: Transport;
  readonly random: Random;
  readonly logger?: Logger;
  readonly sfu: Sfu;
  readonly relay: Pick<ManagedRelay, 'status' | 'offer'>;
  readonly botMedia?: () => BotMedia;
  readonly rooms: Rooms;
  readonly recorder: Recorder;
  readonly recordingFolder: RecordingFolder;
  readonly recordingBook: RecordingBook;
  readonly quota: Quota;
  readonly person: (key: Uint8Array) => contract.Person;
  readonly gate: Pick<Gate, 'own' | 'hides'>;
  readonly settings: () => contract.Settings['calls'];
  readonly memberPeers: () => readonly MemberPeer[];
  /** The boards to which rooms may belong, by id. */
  readonly boards: () => readonly { readonly id: string }[];
  readonly notices: {
    put(notice: Omit<contract.Notice, 'since'>): void;
    remove(id: string): void;
  };
}

type Inputs = contract.Inputs['calls'];
export type Calls = ReturnType<typeof createCalls>;

/** Rooms, the calls that this node hosts, and the seats of its person in calls. The rules are in SPEC.md. */
export function createCalls(init: CallsInit) {
  const { log, clock, random, signer, transport, authority, rooms, sfu, person, settings } = init;
  const logger = init.logger ?? silentLogger;
  const me = signer.publicKey;
  const roleOf = (key: Uint8Array) => authority.roleAt(key, log.now);
  const sessions = new Map<string, { readonly seat: Seat; readonly room: Uint8Array }>();
  const listeners = new Set<() => void>();
  let stops: (() => void)[] = [];

  const reminders = new Reminders({
    ...init,
    list: () => rooms.list().filter((room) => viewOf(room).refusal?.code !== 'not-invited'),
  });

  const tellSoon = throttled(clock, TELL_AFTER_MS, () => {
    for (const listener of listeners) listener();
  });

  const nodeOf = (owner: Uint8Array): MemberPeer | undefined =>
    init.memberPeers().find(({ publicKey }) => equalBytes(publicKey, owner));

  /** Why this node hosts no call now; null if it can. */
  const trouble = (): ProblemFields | null =>
    settings().host ? sfu.trouble() : problem.fields('hosting-off');
  const canTakeOver = () => settings().hostForOthers && trouble() === null;
  const succession = new Succession({
    clock,
    me,
    mayTakeOver: canTakeOver,
    isConnected: (key) => nodeOf(key) !== undefined,
  });

  const studio = new Studio({
    ...init,
    logger,
    folder: init.recordingFolder,
    book: init.recordingBook,
    settings,
    hides: async (text, author) => !equalBytes(author, me) && init.gate.hides(text, author),
    maySee: ({ room, people }) => {
      const role = roleOf(me);
      if (role === null) return false;
      const owner = rooms.get(room)?.owner ?? me;
      return isAmong(me, people) || moderates({ owner }, { person: me, role }, me);
    },
  });

  const hosting = new Hosting({
    ...init,
    logger,
    me,
    roleOf,
    succession,
    studio,
    proved: async ({ proof, author, room, recording, given }) => {
      const claim = { community: log.community, author, room, recording, given };
      const sealed = await checkProof(proof, claim, init.verifier);
      if (!equalBytes(author, me)) await log.admit([sealed], 'live');
    },
    onChange: () => {
      live.changed();
      tellSoon();
    },
  });

  const live: LiveCalls = new LiveCalls({
    ...init,
    logger,
    community: log.community,
    own: () => hosting.live(),
    hostsOf: (id) => {
      const room = rooms.get(id);
      return room === null ? [] : succession.hostsOf(room);
    },
    onHeard: ({ room, successors }) => succession.named(room, successors),
    onChange: tellSoon,
  });

  const viewOf = (room: Room): contract.CallRoom => {
    const isHere = equalBytes(room.owner, me);
    const visitor = { person: me, role: roleOf(me) };
    const people = live.peopleIn(room.id);
    const refusal = refusalOf(room, visitor, {
      now: clock.now(),
      host: room.owner,
      locked: false,
      participants: people.length,
      ofThisPerson: 0,
    });
    return {
      id: cidOf(room.id),
      title: room.title,
      board: room.board === null ? null : cidOf(room.board),
      rules: shownRules(room),
      host: person(room.owner),
      openedAt: room.openedAt,
      startsAt: room.startsAt,
      isReachable: succession.hostOf(room) !== null,
      participants: people.map(person),
      refusal: refusal !== null ? problemOf(refusal) : isHere ? trouble() : null,
      mine: isHere,
      closable: moderates(room, visitor, room.owner),
    };
  };

  const list = (): contract.CallRoom[] =>
    rooms
      .list()
      .map(viewOf)
      .sort((one, other) => Number(other.participants.length > 0) - Number(one.participants.length > 0));

  const roomOf = (cid: string): Room => {
    const room = rooms.get(digestOf(cid));
    if (room === null) throw problem('room-unknown');
    return room;
  };

  const mustBeLater = (startsAt: number | null) => {
    if (startsAt !== null && startsAt < clock.now()) throw problem('starts-in-the-past');
  };

  /** [CA7] */
  const review = () => {
    hosting.review();
    tellSoon();
  };

  /** [CA15] Lines of others are shown only if they pass this node's gate. */
  const gated = (queue: EventQueue<contract.CallEvent>) => (event: contract.CallEvent) => {
    if (event.type !== 'line') return queue.push(event);
    const author = publicKeyOf(event.line.person.did);
    if (equalBytes(author, me)) return queue.push(event);
    init.gate.hides(event.line.text, author).then(
      (isHidden) => {
        if (!isHidden) queue.push(event);
      },
      (error: unknown) => logger.warn('call-line-not-judged', { code: problemOf(error).code }),
    );
  };

  /** [CA18] At the host of the room, or at who took over. */
  const seatIn = async (
    room: Room,
    tell: (event: contract.CallEvent) => void,
    isSynthetic: boolean,
  ): Promise<Seat> => {
    const host = succession.hostOf(room);
    if (host !== null && equalBytes(host, me))
      return hosting.enter(room.id, { key: me, canHost: false, isSynthetic, tell });
    if (isSynthetic) throw problem('bots-elsewhere');
    const node = host && nodeOf(host);
    if (!node) throw problem('host-unreachable', { name: person(room.owner).handle });
    const to = { peer: node.peer, host, room: cidOf(room.id), canHost: canTakeOver() };
    return RemoteSeat.open(init, to, (event) => {
      if (event.type === 'state') succession.named(room.id, event.state.successors.map(publicKeyOf));
      tell(event);
    });
  };

  return {
    start(): void {
      if (stops.length > 0) return;
      transport.handle(CALL_PROTOCOL, (channel) =>
        stops.length > 0
          ? answerCall({ ...init, logger, enter: (room, guest) => hosting.enter(room, guest) }, channel)
          : Promise.reject(problem('room-unknown')),
      );
      live.start();
      studio.start();
      stops = [
        log.onCommit((batch) => {
          if (batch.some(({ event }) => event.kind.startsWith('call.'))) review();
        }),
        log.onRights(review),
        transport.onPeer(review),
        every(clock, LOOK_MS, () => reminders.look()),
      ];
    },

    async stop(): Promise<void> {
      for (const stop of stops.splice(0)) stop();
      hosting.stop();
      for (const { seat } of sessions.values()) seat.leave();
      live.stop();
      await studio.stop();
    },

    /** Rooms were shown or hidden. */
    holdsChanged: review,

    rooms: list,

    /** Calls back with the whole list at once, then again whenever it changes; returns how to stop. */
    watchRooms(listener: (list: contract.CallRoom[]) => void): () => void {
      const tell = () => listener(list());
      tell();
      listeners.add(tell);
      return () => listeners.delete(tell);
    },

    /** Throws a Problem `board-unknown`, `starts-in-the-past`, `held-back` or those of the log. */
    async open({ title, board, rules, startsAt }: Inputs['open']): Promise<contract.CallRoom> {
      if (!settings().host) throw problem('hosting-off');
      if (board && !init.boards().some(({ id }) => id === board)) throw problem('board-unknown');
      mustBeLater(startsAt ?? null);
      const passed = await init.gate.own({
        text: title,
        shownAt: [0, title.length],
        kind: 'call',
        board: board ? digestOf(board) : null,
        askReview: false,
      });
      const body: CallOpen = {
        title,
        board: board ? digestOf(board) : null,
        rules: signedRules({ ...defaultRoomRules, ...rules }),
        startsAt: startsAt ?? null,
      };
      const [event] = log.appendAll(signer, passed.drafts({ kind: callKinds.open.name, body }));
      return viewOf(roomOf(cidOf(event!.id)));
    },

    /** Throws a Problem `room-unknown`, `not-yours`, `starts-in-the-past` or `encryption-fixed`. */
    change({ room: cid, rules, startsAt }: Inputs['change']): contract.CallRoom {
      const room = roomOf(cid);
      if (!equalBytes(room.owner, me)) throw problem('not-yours');
      const begins = startsAt === undefined ? room.startsAt : startsAt;
      if (begins !== room.startsAt) mustBeLater(begins);
      if ((rules?.encrypted ?? room.rules.encrypted) !== room.rules.encrypted)
        throw problem('encryption-fixed');
      const body = { room: room.id, rules: signedRules({ ...shownRules(room), ...rules }), startsAt: begins };
      log.append(signer, callKinds.change.name, body);
      return viewOf(roomOf(cid));
    },

    /** Throws a Problem `room-unknown` or `not-yours`. */
    close(cid: string): void {
      const room = roomOf(cid);
      const isMine = equalBytes(room.owner, me);
      if (!isMine && !moderates(room, { person: me, role: roleOf(me) }, room.owner))
        throw problem('not-yours');
      log.append(signer, (isMine ? callKinds.close : callKinds.remove).name, { room: room.id });
    },

    /**
     * [CA3] Enters a room; the person is in the call while the events are read. Rejects with a Problem
     * `room-unknown`, `host-unreachable`, or another of the host.
     */
    async *enter(
      { room: cid, synthetic = false }: Inputs['enter'],
      signal: AbortSignal,
    ): AsyncGenerator<contract.CallEvent, void> {
      const queue = new EventQueue<contract.CallEvent>();
      const pass = gated(queue);
      const room = roomOf(cid);
      const heard = (event: contract.CallEvent) => {
        // [CA18] The stream ends without a last event: the console enters again, and finds who hosts the room now.
        const isMoved = event.type === 'ended' && event.reason === 'host-lost' && !equalBytes(room.owner, me);
        if (!isMoved) pass(event);
        if (event.type === 'ended') queue.end();
      };
      const seat = await seatIn(room, heard, synthetic);
      const session = toBase64Url(random.bytes(16));
      const leave = () => queue.end();
      try {
        sessions.set(session, { seat, room: room.id });
        signal.addEventListener('abort', leave, { once: true });
        if (signal.aborted) return;
        yield { type: 'session', session };
        yield* queue;
      } finally {
        signal.removeEventListener('abort', leave);
        sessions.delete(session);
        seat.leave();
      }
    },

    /** Rejects with a Problem `session-unknown`, `held-back`, or another of the host. */
    async ask({ session, request }: Inputs['ask']): Promise<contract.CallReply> {
      const known = sessions.get(session);
      if (!known) throw problem('session-unknown');
      const { seat, room } = known;
      if (request.type === 'say') {
        const { text } = request;
        await init.gate.own({
          text,
          shownAt: [0, text.length],
          kind: 'words',
          board: null,
          askReview: false,
        });
      }
      if (request.type !== 'consent') return seat.ask(request);
      // [CR3] The answer is this person's own statement, before it is the host's business.
      const { recording, given } = request;
      const body = { room, recording: fromBase64Url(recording), given };
      const event = log.append(signer, callKinds.consent.name, body);
      return seat.ask({ ...request, proof: proofOf(event) });
    },

    /** [CR1] Throws a Problem `room-unknown`, `not-here`, `nobody-here`, or another of the recording. */
    record({ room: cid, on }: Inputs['record']): void {
      const room = roomOf(cid);
      if (!equalBytes(room.owner, me)) throw problem('not-here');
      hosting.record(room.id, on);
    },

    studio,

    /** [CA19] Rejects with a Problem `room-unknown`, `bots-elsewhere`, `bots-unavailable` and those of {@link enter}. */
    bots(input: Inputs['bots'], signal: AbortSignal): AsyncGenerator<contract.BotsReport, void> {
      if (!init.botMedia) throw problem('bots-unavailable');
      if (!equalBytes(roomOf(input.room).owner, me)) throw problem('bots-elsewhere');
      return runBots({ calls: this, media: init.botMedia(), clock }, input, signal);
    },

    async hosting(): Promise<contract.CallHosting> {
      const loads = await sfu.loads();
      return { problem: trouble(), workers: loads.length, ...hosting.counts(), relay: init.relay.status() };
    },

    counts: () => hosting.counts(),

    ...callKeys({ ...init, community: log.community, roleOf }),
    figures: () => hosting.figures(),
  };
}

const signedRules = (rules: contract.RoomRules): Rules => ({
  ...rules,
  invited: rules.invited.map(publicKeyOf),
});
