import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  CallEvent,
  CallReply,
  CallRequest,
  Participant,
  Person,
  Problem,
} from '../../../../contract/index.ts';
import type { Timers } from '../../../bridge/connection.ts';
import type { Door } from '../session.ts';
import type { FromWorker } from './frame-work.ts';
import { KeyRing, type FrameKeys, type Identity } from './key-ring.ts';
import { wordsOf, type Fingerprint } from './words.ts';

/** How long the participants have to stay the same before the words are derived, in milliseconds. */
const WORDS_AFTER_MS = 300;
/** The most whispers that wait for the key of this stay. */
const MAX_WHISPERS = 300;

/** The knowledge of the console about the keys of another participant. */
export interface PeerView {
  /** As this person's own node knows who signed the key; null before it was checked. */
  readonly person: Person | null;
  /** Why the key was not accepted. */
  readonly problem: Problem | null;
  /** Whether their media can be decrypted, as soon as they use the key that they sent. */
  readonly hasKey: boolean;
}

export interface SecrecyView {
  /** [CE9] Null while the keys of somebody are missing. */
  readonly words: readonly string[] | null;
  readonly peers: ReadonlyMap<string, PeerView>;
  /** Tracks whose frames cannot be decrypted now, as {@link trackName}. */
  readonly locked: ReadonlySet<string>;
}

export const trackName = (from: string, source: string): string => `${from} ${source}`;

export interface SecrecyParts {
  readonly room: string;
  readonly identity: Identity;
  readonly frames: FrameKeys & { close(): void };
  readonly timers: Timers;
  readonly now: () => number;
}

/** The secrecy of one encrypted call: it listens at the door, and whispers keys through it. */
export class Secrecy {
  readonly view: StoreApi<SecrecyView> = createStore<SecrecyView>(() => ({
    words: null,
    peers: new Map(),
    locked: new Set(),
  }));
  readonly #parts: SecrecyParts;
  /** The ring of this stay; rejects if no key could be made. */
  #ring: Promise<KeyRing> | null = null;
  #ready: KeyRing | null = null;
  #isGreeted = false;
  #participants: readonly Participant[] = [];
  #whispers: (readonly [string, string])[] = [];
  #fingerprint = '';
  #cancelWords: () => void = () => undefined;

  constructor(parts: SecrecyParts) {
    this.#parts = parts;
  }

  /** The way to the host, with the keys agreed on beside what is asked. Nobody joins without a key. */
  door(door: Door): Door {
    return {
      enter: async (signal) => this.#watched(await door.enter(signal), door),
      ask: async (session, request) => {
        if (request.type !== 'join') return door.ask(session, request);
        const ring = await this.#ring;
        const reply = await door.ask(session, request);
        if (ring !== null && !this.#isGreeted) this.#greet(ring);
        return reply;
      },
    };
  }

  /** Takes what the worker says about frames. */
  told({ from, source, isLocked }: FromWorker): void {
    const locked = new Set(this.view.getState().locked);
    if (isLocked) locked.add(trackName(from, source));
    else locked.delete(trackName(from, source));
    this.view.setState({ locked });
  }

  close(): void {
    this.#drop();
    this.#parts.frames.close();
  }

  async *#watched(events: AsyncIterable<CallEvent>, door: Door): AsyncGenerator<CallEvent> {
    let session = '';
    for await (const event of events) {
      if (event.type === 'session') session = event.session;
      this.#take(event, (request) => door.ask(session, request));
      yield event;
    }
  }

  #take(event: CallEvent, ask: (request: CallRequest) => Promise<CallReply>): void {
    switch (event.type) {
      case 'admitted':
        this.#begin(event.id, ask);
        return;
      case 'state':
        this.#participants = event.state.participants;
        this.#present();
        return;
      case 'whisper':
        if (this.#ready !== null) this.#ready.heard(event.from, event.data);
        else if (this.#whispers.length < MAX_WHISPERS) this.#whispers.push([event.from, event.data]);
        return;
      default:
    }
  }

  /** A new stay: keys of an earlier one are worth nothing. */
  #begin(me: string, ask: (request: CallRequest) => Promise<CallReply>): void {
    this.#drop();
    const made = KeyRing.create({
      ...this.#parts,
      me,
      post: async (to, data) => {
        await ask({ type: 'whisper', to, data });
      },
      onChange: () => this.#changed(me),
    });
    this.#ring = made;
    made.then(
      (ring) => {
        if (this.#ring !== made) return ring.close();
        this.#ready = ring;
        this.#present();
        for (const [from, data] of this.#whispers.splice(0)) ring.heard(from, data);
      },
      // A participant who joins is told.
      () => undefined,
    );
  }

  #greet(ring: KeyRing): void {
    this.#isGreeted = true;
    // Who misses it asks later.
    ring.greet().catch(() => undefined);
  }

  #present(): void {
    this.#ready?.present(this.#participants.map(({ id, person }) => ({ id, did: person.did })));
  }

  #changed(me: string): void {
    const peers = this.#ready?.peers ?? [];
    this.view.setState({
      peers: new Map(
        peers.map(({ id, known, problem, received }) => [
          id,
          { person: known?.person ?? null, problem, hasKey: received !== null },
        ]),
      ),
    });
    this.#spell(me);
  }

  /** [CE9] */
  #spell(me: string): void {
    const ring = this.#ready;
    const own = this.#participants.find(({ id }) => id === me);
    if (ring === null || own === undefined || ring.peers.some(({ known }) => known === null)) {
      this.#fingerprint = '';
      this.#cancelWords();
      this.view.setState({ words: null });
      return;
    }
    const prints: Fingerprint[] = ring.peers.map(({ did, known }) => ({ did, publicKey: known!.publicKey }));
    prints.push({ did: own.person.did, publicKey: ring.publicKey });
    const fingerprint = JSON.stringify(prints);
    if (fingerprint === this.#fingerprint) return;
    this.#fingerprint = fingerprint;
    this.#cancelWords();
    this.#cancelWords = this.#parts.timers.after(WORDS_AFTER_MS, () => {
      void wordsOf(this.#parts.room, prints).then((words) => {
        if (this.#fingerprint === fingerprint) this.view.setState({ words });
      });
    });
  }

  #drop(): void {
    this.#ready?.close();
    this.#ready = null;
    this.#ring = null;
    this.#isGreeted = false;
    this.#participants = [];
    this.#whispers = [];
    this.#fingerprint = '';
    this.#cancelWords();
    this.view.setState({ words: null, peers: new Map(), locked: new Set() });
  }
}
