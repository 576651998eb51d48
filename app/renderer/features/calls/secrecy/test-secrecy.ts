import type { Problem } from '../../../../contract/index.ts';
import { callKeys } from '../../../../main/calls/call-key.ts';
import { cidOf } from '../../../../main/kernel/cid.ts';
import { didOf } from '../../../../main/kernel/did.ts';
import { sha256 } from '../../../../main/kernel/sha256.ts';
import { immediateVerifier } from '../../../../main/platform/crypto/ed25519.ts';
import { signerOf } from '../../../../main/platform/keys/ed25519.ts';
import { BridgeError } from '../../../bridge/problem.ts';
import { ManualTimers } from '../test-call.ts';
import { FrameOpener } from './frame-opener.ts';
import { FrameSealer } from './frame-sealer.ts';
import { KeyRing, type FrameKeys, type Identity } from './key-ring.ts';

const bytesOf = (text: string) => sha256(Buffer.from(text));
const community = bytesOf('Harbour');
export const room = cidOf(bytesOf('Friday evening'));

/** The act of a host on a whisper: it returns the whisper that it passes on, null for nothing. */
export type Tamper = (from: string, to: string, data: string) => string | null;

/** A call at a host that passes whispers, in one process and virtual time. */
export class TestHost {
  readonly timers = new ManualTimers();
  readonly members = new Map<string, TestMember>();
  now = 0;
  posts = 0;
  tamper: Tamper = (_from, _to, data) => data;
  /** DIDs that the host claims instead of the true ones. */
  readonly claims = new Map<string, string>();

  /** Somebody joins; resolves once they have greeted. */
  async join(id: string, person = id): Promise<TestMember> {
    const member = await TestMember.create(this, id, person);
    this.members.set(id, member);
    this.tellState();
    await member.ring.greet();
    return member;
  }

  leave(id: string): void {
    this.members.get(id)?.ring.close();
    this.members.delete(id);
    this.tellState();
  }

  tellState(): void {
    const present = [...this.members.values()].map(({ id, did }) => ({
      id,
      did: this.claims.get(id) ?? did,
    }));
    for (const { ring } of this.members.values()) ring.present(present);
  }

  pass(from: string, to: string | null, data: string): void {
    this.posts += 1;
    for (const { id, ring } of this.members.values()) {
      if (id === from || (to !== null && id !== to)) continue;
      const passed = this.tamper(from, id, data);
      if (passed !== null) ring.heard(from, passed);
    }
  }

  /** Lets time pass until `isDone`, with pauses for WebCrypto, which runs in real time. */
  async until(isDone: () => Promise<boolean> | boolean, atMostMs = 60_000): Promise<void> {
    for (let passed = 0; passed < atMostMs; passed += 50) {
      if (await isDone()) return;
      await this.wait(50);
    }
    throw new Error('nothing more happened');
  }

  async wait(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.now += 50;
      this.timers.run(50);
      for (let n = 0; n < 3; n += 1) await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

/** The keys of a person's node. */
export function identityOf(person: string): Identity {
  const signer = signerOf(bytesOf(person));
  const keys = callKeys({
    community,
    clock: { now: () => 1_000_000 } as never,
    signer,
    verifier: immediateVerifier,
    roleOf: () => 'member',
    person: (key) => ({ did: didOf(key), handle: didOf(key).slice(-4), role: 'member' }),
  });
  return {
    sign: async (claim) => keys.signKey({ room, ...claim }),
    check: (claim) =>
      keys.checkKey({ room, ...claim }).catch((error: Problem) => {
        throw new BridgeError(error.code, error);
      }),
  };
}

export const didFor = (person: string): string => didOf(signerOf(bytesOf(person)).publicKey);

/** A participant: a ring, and frames that are encrypted and decrypted with its keys. */
export class TestMember {
  readonly id: string;
  readonly did: string;
  ring!: KeyRing;
  readonly #sealer: FrameSealer;
  readonly #openers = new Map<string, FrameOpener>();
  readonly #host: TestHost;
  #using: Promise<void> = Promise.resolve();
  #frames = 0;

  static async create(host: TestHost, id: string, person: string): Promise<TestMember> {
    const member = new TestMember(host, id, person);
    member.ring = await KeyRing.create({
      room,
      me: id,
      identity: identityOf(person),
      frames: member.#frameKeys,
      timers: host.timers,
      now: () => host.now,
      post: async (to, data) => host.pass(id, to, data),
      onChange: () => undefined,
    });
    return member;
  }

  private constructor(host: TestHost, id: string, person: string) {
    this.id = id;
    this.did = didFor(person);
    this.#host = host;
    this.#sealer = new FrameSealer(id);
  }

  /** A frame of this participant, encrypted. */
  async frame(): Promise<Uint8Array> {
    await this.#using;
    this.#frames += 1;
    const sealed = await this.#sealer.seal(Uint8Array.of(1, 2, this.#frames % 256), 'microphone');
    if (sealed === null) throw new Error('not sealed');
    return sealed;
  }

  async opens(from: string, frame: Uint8Array): Promise<boolean> {
    return (await this.#openers.get(from)?.open(frame, 'microphone'))?.ok ?? false;
  }

  get #frameKeys(): FrameKeys {
    return {
      send: (_me, epoch) => {
        this.#using = this.#using.then(() => this.#sealer.use(epoch));
      },
      receive: (from, epoch) => {
        const opener = this.#openers.get(from) ?? new FrameOpener(from, () => this.#host.now);
        this.#openers.set(from, opener);
        void opener.add(epoch);
      },
      // A participant that cheats forgets nothing.
      forget: () => undefined,
    };
  }
}

/** Whether everybody decrypts what everybody else sends now. */
export async function allHear({ members }: TestHost): Promise<boolean> {
  for (const sender of members.values()) {
    const frame = await sender.frame();
    for (const receiver of members.values())
      if (receiver !== sender && !(await receiver.opens(sender.id, frame))) return false;
  }
  return true;
}
