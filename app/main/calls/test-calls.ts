import type { CallEvent, CallReply, CallRequest, RoomDraft } from '../../contract/index.ts';
import { defaultSettings } from '../../contract/settings.ts';
import { TestCommunity, type TestNode } from '../node/test-community.ts';
import { createMemoryRecorder } from '../platform/memory/recorder.ts';
import { createMemorySfu } from '../platform/memory/sfu.ts';
import { soundOnly } from './test-rtp.ts';

type Of<Type extends CallEvent['type']> = Extract<CallEvent, { type: Type }>;

/** A community whose nodes host calls by SFUs in memory. Mara founded it; the others are members. */
export async function callers(...names: string[]) {
  const world = new TestCommunity();
  const sfus = new Map(['mara', ...names].map((name) => [name, createMemorySfu({ clock: world.clock })]));
  const recorder = createMemoryRecorder();
  const calls = { ...defaultSettings.calls, hostForOthers: true };
  const nodeOf = (name: string) => world.person(name, { sfu: sfus.get(name)!, settings: { calls } });
  const mara = await world.person('mara', { sfu: sfus.get('mara')!, settings: { calls }, recorder });
  for (const name of names) await world.admit(mara, name);
  const others: TestNode[] = [];
  for (const name of names) {
    const node = await nodeOf(name);
    await world.link(node, mara);
    for (const other of others) await world.link(node, other);
    others.push(node);
  }
  await world.clock.pass(60_000);
  return { world, clock: world.clock, mara, others, sfu: sfus.get('mara')!, recorder };
}

type World = Pick<Awaited<ReturnType<typeof callers>>, 'clock'>;

/** Somebody in a call: what they were told, and what they ask. */
export class Caller {
  readonly events: CallEvent[] = [];
  readonly #clock: World['clock'];
  readonly #node: TestNode;
  readonly #leaving = new AbortController();
  /** Why entering failed; null if it did not. */
  refused: unknown = null;
  /** Whether the stream of events has ended. */
  isOver = false;

  /** Enters a room; resolves once the first events are there. */
  static async enter({ clock }: World, node: TestNode, room: string): Promise<Caller> {
    const caller = new Caller(clock, node);
    void caller.#read(room);
    await clock.pass(2000);
    return caller;
  }

  /** Enters and joins. */
  static async join(world: World, node: TestNode, room: string): Promise<Caller> {
    const caller = await Caller.enter(world, node, room);
    if (caller.refused !== null) throw caller.refused;
    await caller.join();
    return caller;
  }

  private constructor(clock: World['clock'], node: TestNode) {
    this.#clock = clock;
    this.#node = node;
  }

  /** The newest event of a type. */
  last<Type extends CallEvent['type']>(type: Type): Of<Type> | null {
    return this.all(type).at(-1) ?? null;
  }

  all<Type extends CallEvent['type']>(type: Type): Of<Type>[] {
    return this.events.filter((event): event is Of<Type> => event.type === type);
  }

  /** The newest state of the call. */
  get state() {
    const event = this.last('state');
    if (!event) throw new Error('no state was told');
    return event.state;
  }

  get id(): string {
    const admitted = this.last('admitted');
    if (!admitted) throw new Error('not admitted');
    return admitted.id;
  }

  async ask(request: CallRequest): Promise<CallReply> {
    const session = this.last('session')?.session ?? '';
    const reply = this.#node.calls.ask({ session, request });
    reply.catch(() => {});
    await this.#clock.pass(500);
    return reply;
  }

  async join(token = this.last('rejoin')?.token ?? this.last('admitted')?.token ?? ''): Promise<CallReply> {
    return this.ask({ type: 'join', token, capabilities: soundOnly });
  }

  /** Stops reading, as a page does that is closed. */
  async vanish(): Promise<void> {
    this.#leaving.abort();
    await this.#clock.pass(1000);
  }

  async #read(room: string): Promise<void> {
    try {
      for await (const event of this.#node.calls.enter({ room }, this.#leaving.signal))
        this.events.push(event);
    } catch (error) {
      this.refused = error;
    }
    this.isOver = true;
  }
}

export const open = async (node: TestNode, draft: Partial<RoomDraft> = {}): Promise<string> =>
  (await node.calls.open({ title: 'Friday evening', board: null, rules: {}, startsAt: null, ...draft })).id;

export const mic = { type: 'send', source: 'microphone', muted: false } as const;
