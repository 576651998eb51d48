import type {
  LedgerBlock,
  LedgerEvidence,
  LedgerStatus,
  LedgerTransaction,
  LedgerValidator,
  LiveSlot,
  Person,
} from '../../../contract/index.ts';
import { hexOf, keyOfDid } from '../../text/keys.ts';
import { Events } from './events.ts';
import { me, people, personAt as person } from './people.ts';

const BLOCK_MS = 30_000;
const HEX = '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328';
/** Steps of one slot: silence, proposal, four votes to notarise, four to finalise, final. */
const IDLE_STEPS = 3;

const kinds = ['halted', 'empty', 'stalled', 'filling', 'broken'] as const;
type Kind = (typeof kinds)[number] | 'runs';

/** Hexadecimal digits that differ from one number to the next, as hashes do. */
const digits = (n: number, length: number): string => {
  let text = '';
  for (let i = 0; text.length < length; i++)
    text += ((Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(i + 7, 0x85ebca6b)) >>> 0)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, length);
};
const blockId = (height: number) => `bafyrei${digits(height, 52)}`;
const transactionId = (height: number, place: number) =>
  `bafyrei${digits(height * 100 + place + 7_000_000, 52)}`;
const keyHex = ({ did }: Person) => `0x${hexOf(keyOfDid(did) ?? new Uint8Array(32))}`;

const bodies: readonly ((n: number) => { readonly kind: string; readonly body: Record<string, unknown> })[] =
  [
    (n) => ({
      kind: 'credit.transfer',
      body: { to: keyHex(person(n + 3)), amount: 5 + (n % 40), memo: n % 3 === 0 ? 'for the kettle' : '' },
    }),
    (n) => ({ kind: 'handle.register', body: { handle: `night_owl_${n % 100}` } }),
    (n) => ({ kind: 'role.grant', body: { member: keyHex(person(n + 5)), role: 'member' } }),
    (n) => ({
      kind: 'credit.transfer',
      body: { to: keyHex(me), amount: 2 + (n % 9), memo: 'berth for Friday' },
    }),
    (n) => ({
      kind: 'member.ban',
      body: { member: keyHex(person(n + 10)), reason: 'Sold places on the ferry list', until: null },
    }),
  ];

/**
 * A ledger of four validators, the last of which is often late; its blocks are made step by step. `halted`: this
 * node computed a different result; `empty`: before the first block; `stalled`: two of four are silent;
 * `filling`: history is still being fetched; `broken`: a validator signed contradicting votes.
 */
export class SampleLedger {
  readonly slots = new Events<LiveSlot>();
  readonly finals = new Events<{ height: number }>();
  readonly kind: Kind;
  readonly members: readonly Person[] = people.slice(0, 4);
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #startHeight: number;
  #height: number;
  #step = 0;
  #halted: boolean;
  readonly #times = new Map<number, number>();

  constructor(now: () => number, kind: string) {
    this.kind = kinds.find((known) => known === kind) ?? 'runs';
    this.#now = now;
    this.#startedAt = now();
    this.#startHeight = this.kind === 'empty' ? 0 : 4_210;
    this.#height = this.#startHeight;
    this.#halted = this.kind === 'halted';
  }

  get quorum(): number {
    return Math.floor((2 * this.members.length) / 3) + 1;
  }

  get height(): number {
    return this.#height;
  }

  /** How many validators are silent, counted from the last index. */
  get #silent(): number {
    return this.kind === 'stalled' ? 2 : 1;
  }

  get #voters(): number {
    return this.members.length - this.#silent;
  }

  status(): LedgerStatus {
    const all = this.members.length;
    return {
      height: this.#height,
      head: blockId(this.#height),
      time: this.#timeOf(this.#height),
      stateRoot: HEX,
      transactions: 2 * this.#height,
      waiting: this.kind === 'stalled' ? 2 : 0,
      epoch: 0,
      model: 'byzantine',
      quorum: this.quorum,
      validators: all,
      spare: all - this.quorum,
      validating: true,
      credit: 'harbour penny',
      fee: 0,
      credits: this.kind === 'empty' ? 0 : 1_240,
      historyFrom: this.kind === 'filling' ? 2_600 : Math.min(1, this.#height),
      joining: null,
      snapshots: this.#height > 4_000 ? [4_000, 3_000] : [],
      protocol: { version: 2, next: null, known: 2 },
      halted: this.#halted ? { code: 'wrong-state-root', height: this.#height + 1 } : null,
    };
  }

  validators(): LedgerValidator[] {
    return this.members.map(({ did, handle }, place) => {
      const silent = place >= this.#voters;
      const empty = this.kind === 'empty';
      return {
        did,
        handle,
        peer: `12D3KooWsample${digits(place, 30)}`,
        bls: digits(100 + place, 96),
        pop: digits(200 + place, 192),
        isMe: did === me.did,
        latencyMs: empty ? null : silent ? 212 : 18 + 9 * place,
        signed: empty ? 0 : silent ? 81 : 100 - place,
        missed: empty ? 0 : silent ? 19 : place,
        lastSignedAt: empty ? null : this.#startedAt - (silent ? 380_000 : 0),
      };
    });
  }

  evidence(): LedgerEvidence[] {
    const last = this.members.at(-1);
    if (this.kind !== 'broken' || !last) return [];
    const votes: [string, string] = [`finalise ${blockId(4_100)}`, `finalise ${blockId(4_101)}`];
    const { did, handle } = last;
    return [{ number: 1, did, handle, epoch: 0, slot: 4_100, votes, at: this.#startedAt - 3_600_000 }];
  }

  slot(): LiveSlot {
    const all = this.members.length;
    const at = this.#step - IDLE_STEPS;
    const slot = this.#height + 1;
    const upTo = (n: number) => this.members.map((_, place) => place < Math.min(n, this.#voters));
    const stalled = this.kind === 'stalled';
    return {
      slot,
      leader: stalled ? 0 : slot % all,
      block: at < 0 && !stalled ? null : { hash: HEX, height: slot, transactions: 2 },
      notarised: stalled ? upTo(1) : upTo(at),
      finalised: stalled ? upTo(0) : upTo(at - all),
      nullified: stalled ? this.members.map((_, place) => place === 1) : upTo(0),
    };
  }

  /** Advances by one vote; at the end of a slot its block is final. */
  step(): void {
    if (this.#halted || this.kind === 'stalled' || this.kind === 'empty') return;
    this.#step += 1;
    if (this.#step > IDLE_STEPS + 2 * this.members.length) {
      this.#step = 0;
      this.#height += 1;
      this.#times.set(this.#height, this.#now());
      this.finals.tell({ height: this.#height });
    }
    this.slots.tell(this.slot());
  }

  recover(): void {
    this.#halted = false;
  }

  block(height: number): LedgerBlock {
    return {
      height,
      hash: blockId(height),
      parent: blockId(height - 1),
      time: this.#timeOf(height),
      epoch: 0,
      slot: height,
      proposer: this.members[height % this.members.length]?.did ?? null,
      transactions: this.transactionsOf(height).length,
      transactionRoot: digits(height, 64),
      stateRoot: digits(height + 50_000, 64),
    };
  }

  /** The height of the block with this hash, 0 if there is none. */
  heightOf(hash: string): number {
    let height = this.#height;
    while (height > 0 && blockId(height) !== hash) height--;
    return height;
  }

  transactionsOf(height: number): LedgerTransaction[] {
    const place = { height, hash: blockId(height), time: this.#timeOf(height) };
    return Array.from({ length: 1 + (height % 3) }, (_, index) => ({
      id: transactionId(height, index),
      ...(bodies[(height * 3 + index) % bodies.length] ?? bodies[0])!(height + index),
      account: person(height + index),
      nonce: Math.floor(height / 3),
      block: { ...place, place: index },
    }));
  }

  /** A transaction by its id; null if it does not exist. */
  transaction(id: string): LedgerTransaction | null {
    for (let height = this.#height; height > 0; height--) {
      const found = this.transactionsOf(height).find((one) => one.id === id);
      if (found) return found;
    }
    return null;
  }

  #timeOf(height: number): number {
    return this.#times.get(height) ?? this.#startedAt - (this.#startHeight - height) * BLOCK_MS;
  }
}
