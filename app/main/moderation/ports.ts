import type { Judgement } from './judge.ts';
import type { ModelStatus } from './manifest.ts';

/** Judges texts away from the thread that asks. */
export interface Judges {
  /** How many batches run at once. */
  readonly lanes: number;
  /** Judgements in the order of the texts; rejects when they cannot be had, never answers in part. */
  judge(texts: readonly string[]): Promise<readonly Judgement[]>;
  /** What could be loaded. */
  status(): Promise<readonly ModelStatus[]>;
  close(): Promise<void>;
}

export type ItemKind = 'post' | 'chat' | 'file' | 'handle';

/** What can be held: a post, a line of chat, what somebody calls themselves. */
export interface Item {
  /** Row of the event that said it. */
  readonly n: number;
  readonly kind: ItemKind;
  /** Ticks that the event claims. */
  readonly time: number;
}

/** An item as it would be shown now. */
export interface Content {
  readonly text: string;
  readonly author: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly board: Uint8Array | null;
  /** Whether it was written elsewhere and brought in by its author. */
  readonly imported: boolean;
}

/** A room whose items pass the gate. All but `changed` run inside the transaction that changes holds. */
export interface ItemSource {
  readonly kind: ItemKind;
  /** Kinds of events that are such items. */
  readonly kinds: readonly string[];
  /** The item that an event changes, by its id; null for events that change none. */
  changes?(event: { readonly kind: string; readonly body: unknown }): Uint8Array | null;
  /** What an item says now; null when it is gone. */
  read(n: number): Content | null;
  /** Ticks of what it says now, where that may change. */
  textTime?(n: number): number;
  /** Holds are about to change. */
  beforeChange?(): void;
  /** These came into sight, or left it. */
  show?(rows: readonly number[]): void;
  hide?(rows: readonly number[]): void;
  /** Their holds changed, and that is on disk. */
  changed?(rows: readonly number[]): void;
}

/** What a person decided, as far as this node heeds it. */
export interface RulingInEffect {
  readonly ruling: 'publish' | 'quarantine' | 'remove';
  /** Ticks of the ruling: it covers what was said up to then [J14]. */
  readonly time: number;
}

/** What people say of items, by the ids of their events. */
export interface Rulings {
  of(id: Uint8Array): RulingInEffect | null;
  appealed(id: Uint8Array): boolean;
  /** Signs an appeal of this node's person. */
  appeal(id: Uint8Array, text: string): void;
}

/** While no people rule. */
export const noRulings: Rulings = { of: () => null, appealed: () => false, appeal: () => {} };
