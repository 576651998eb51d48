import type { CallKeySignature, Person, Problem } from '../../../../contract/index.ts';
import type { Timers } from '../../../bridge/connection.ts';
import { problemOf } from '../../../bridge/problem.ts';
import { calls as words } from '../../../messages/calls.ts';
import { Pair, StayKey, type Party } from './agreement.ts';
import { isAfter, type Epoch } from './epoch.ts';
import { read, written, type Hello, type Letter } from './letter.ts';
import { Outbox } from './outbox.ts';
import { OwnEpochs } from './own-epochs.ts';
import { EarlyLetters, Peer } from './peer.ts';

/** How long a participant may be without a key before they are asked for it, and how often they are. */
const ASK_MS = 4000;
const MAX_ASKED = 10;
/** How many are asked at once. */
const ASKED_AT_ONCE = 10;
/** How long a check waits before it is tried again: the node may not have heard of a new member yet. */
const CHECK_AGAIN_MS = 3000;
/** How often the keys of one participant are checked. */
const MAX_CHECKS = 30;

/** Keys bound to persons, by this person's node. */
export interface Identity {
  sign(claim: { readonly participant: string; readonly key: string }): Promise<CallKeySignature>;
  check(claim: { readonly participant: string; readonly did: string } & Hello): Promise<Person>;
}

/** Where the secrets are used: the side that encrypts and decrypts frames. */
export interface FrameKeys {
  send(me: string, epoch: Epoch): void;
  receive(from: string, epoch: Epoch): void;
  forget(from: string): void;
}

export interface KeyRingParts {
  readonly room: string;
  readonly me: string;
  readonly identity: Identity;
  readonly frames: FrameKeys;
  readonly timers: Timers;
  readonly now: () => number;
  /** Whispers to one participant or to all; rejects if the host refuses. */
  readonly post: (to: string | null, data: string) => Promise<void>;
  readonly onChange: () => void;
}

/** The keys of one stay in an encrypted call: this participant's, and those of the others. The rules are in SPEC.md. */
export class KeyRing {
  readonly #parts: KeyRingParts;
  readonly #stay: StayKey;
  readonly #hello: Hello;
  readonly #peers = new Map<string, Peer>();
  readonly #newcomers = new Set<string>();
  readonly #early = new EarlyLetters();
  readonly #own: OwnEpochs;
  readonly #outbox: Outbox;
  #cancelAsk: (() => void) | null = null;
  #isClosed = false;

  /** Makes and signs the key of this stay. Rejects in a browser without X25519, and if the node does not sign. */
  static async create(parts: KeyRingParts): Promise<KeyRing> {
    const stay = await StayKey.create().catch((cause: unknown) => {
      throw new Error(words.secrecy.noKey, { cause });
    });
    const claim = { participant: parts.me, key: stay.publicKey };
    const { at, signature } = await parts.identity.sign(claim);
    return new KeyRing(parts, stay, { key: stay.publicKey, at, signature });
  }

  private constructor(parts: KeyRingParts, stay: StayKey, hello: Hello) {
    this.#parts = parts;
    this.#stay = stay;
    this.#hello = hello;
    this.#own = new OwnEpochs({
      ...parts,
      others: () => this.#peers.size,
      use: (epoch) => parts.frames.send(parts.me, epoch),
      onStep: () => this.#deliverTo([...this.#newcomers]),
      onGeneration: () => this.#deliverTo([...this.#peers.keys()]),
    });
    this.#outbox = new Outbox({
      ...parts,
      send: (to) => this.#send(to),
      onDrained: () => this.#own.delivered(),
    });
  }

  /** The key of this stay, base64url. */
  get publicKey(): string {
    return this.#stay.publicKey;
  }

  get peers(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  /** Tells everybody the key of this stay. */
  async greet(): Promise<void> {
    this.#askLater();
    await this.#parts.post(null, written({ hello: this.#hello }));
  }

  /** Takes who is in the call now, this participant left out or not. */
  present(participants: readonly { readonly id: string; readonly did: string }[]): void {
    const others = new Map(
      participants.filter(({ id }) => id !== this.#parts.me).map((one) => [one.id, one.did]),
    );
    for (const [id, peer] of this.#peers) if (others.get(id) !== peer.did) this.#remove(peer);
    for (const [id, did] of others) {
      if (this.#peers.has(id)) continue;
      const peer = new Peer(id, did);
      this.#peers.set(id, peer);
      for (const letter of this.#early.take(id)) this.#hear(peer, letter);
    }
    this.#parts.onChange();
  }

  /** Takes a whisper. */
  heard(from: string, data: string): void {
    const letter = read(data);
    if (letter === null || this.#isClosed) return;
    const peer = this.#peers.get(from);
    if (peer) this.#hear(peer, letter);
    else this.#early.put(from, letter);
  }

  close(): void {
    this.#isClosed = true;
    this.#own.close();
    this.#outbox.close();
    this.#cancelAsk?.();
    for (const peer of this.#peers.values()) peer.isGone = true;
  }

  #remove(peer: Peer): void {
    peer.isGone = true;
    this.#peers.delete(peer.id);
    this.#newcomers.delete(peer.id);
    this.#outbox.forget(peer.id);
    this.#parts.frames.forget(peer.id);
    // [CE4] Who never had a secret cannot read what comes.
    if (peer.isTrusted) this.#own.renewSoon();
  }

  #deliverTo(ids: readonly string[]): void {
    this.#newcomers.clear();
    for (const id of ids) if (this.#peers.get(id)?.known) this.#outbox.add(id);
    if (this.#outbox.isEmpty) this.#own.delivered();
  }

  #hear(peer: Peer, letter: Letter): void {
    peer.turn = peer.turn.then(() => this.#take(peer, letter)).catch(() => undefined);
  }

  async #take(peer: Peer, { hello, asks, epoch }: Letter): Promise<void> {
    if (hello !== undefined) await this.#check(peer, hello);
    if (peer.isGone || peer.known === null) return;
    if (asks === true) {
      // They may have lost the key of this stay as well.
      peer.isGreeted = false;
      this.#welcome(peer);
    }
    if (epoch === undefined || (peer.received !== null && !isAfter(epoch, peer.received))) return;
    const opened = await peer.known.pair.open(epoch);
    if (opened === null || peer.isGone) return;
    peer.received = { generation: opened.generation, step: opened.step };
    this.#parts.frames.receive(peer.id, opened);
    this.#parts.onChange();
  }

  /** [CE3] A participant has one key as long as they stay. */
  async #check(peer: Peer, hello: Hello): Promise<void> {
    if (peer.known !== null || peer.checks >= MAX_CHECKS) return;
    peer.checks += 1;
    const { id, did } = peer;
    let person: Person;
    try {
      person = await this.#parts.identity.check({ participant: id, did, ...hello });
    } catch (error) {
      if (!peer.isGone) this.#refuse(peer, problemOf(error), hello);
      return;
    }
    const shared = await this.#stay.sharedWith(hello.key);
    if (shared === null || peer.isGone || peer.known !== null) return;
    const me: Party = { id: this.#parts.me, publicKey: this.publicKey };
    const pair = await Pair.create(shared, this.#parts.room, me, { id, publicKey: hello.key });
    if (peer.isGone) return;
    peer.known = { publicKey: hello.key, person, pair };
    peer.problem = null;
    this.#welcome(peer);
    this.#parts.onChange();
  }

  /** A forged key stays refused; everything else may have been too early. */
  #refuse(peer: Peer, problem: Problem, hello: Hello): void {
    peer.problem = problem;
    this.#parts.onChange();
    if (problem.code === 'key-refused') return;
    this.#parts.timers.after(CHECK_AGAIN_MS, () => {
      if (!peer.isGone && peer.known === null) this.#hear(peer, { hello });
    });
  }

  #welcome(peer: Peer): void {
    this.#newcomers.add(peer.id);
    this.#own.stepSoon();
  }

  /** False if it has to be tried again. */
  async #send(to: string): Promise<boolean> {
    const peer = this.#peers.get(to);
    if (!peer?.known || this.#isClosed) return true;
    const { latest } = this.#own;
    // From here on they may hold it, whatever the host says.
    peer.isTrusted = true;
    const epoch = await peer.known.pair.seal(latest);
    const hello = peer.isGreeted ? {} : { hello: this.#hello };
    try {
      await this.#parts.post(to, written({ ...hello, epoch }));
      peer.isGreeted = true;
      return true;
    } catch (error) {
      return problemOf(error).code === 'participant-unknown' || peer.isGone;
    }
  }

  /** Asks those whose key has not come: a whisper may have been lost. */
  #askLater(): void {
    this.#cancelAsk = this.#parts.timers.after(ASK_MS, () => {
      const silent = this.peers
        .filter(({ received, problem, asked }) => received === null && problem === null && asked < MAX_ASKED)
        .toSorted((one, other) => one.asked - other.asked);
      for (const peer of silent.slice(0, ASKED_AT_ONCE)) {
        peer.asked += 1;
        const letter = written({ hello: this.#hello, asks: true });
        this.#parts.post(peer.id, letter).catch(() => undefined);
      }
      if (!this.#isClosed) this.#askLater();
    });
  }
}
