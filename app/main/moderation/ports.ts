import type { Role } from '../kernel/roles.ts';
import type { Judgement } from './classifier.ts';
import type { ModelStatus } from './manifest.ts';

/** Classifiers texts away from the thread that asks. */
export interface Classifiers {
  /** How many batches may be asked at once. */
  readonly lanes: number;
  /** Judgements in the order of the texts; rejects when they cannot be had, never answers in part. */
  judge(texts: readonly string[]): Promise<readonly Judgement[]>;
  /** What could be loaded. */
  status(): Promise<readonly ModelStatus[]>;
  close(): Promise<void>;
}

export type ItemKind = 'post' | 'chat';

/** What can be held: a post with its files, a line of chat. */
export interface Item {
  /** Row of the event that said it. */
  readonly n: number;
  readonly kind: ItemKind;
  /** Ticks that the event claims. */
  readonly time: number;
}

/** What is judged: everything that would be shown, subject and file names too. */
export interface Words {
  readonly text: string;
  /** Where in it the text proper begins and ends: spans are told by their place in that. */
  readonly shownAt: readonly [number, number];
  /** Pictures that are shown with it. */
  readonly pictures?: readonly Picture[];
}

export interface Picture {
  /** The digest of its file. */
  readonly file: Uint8Array;
  readonly name: string;
  /** Null where its bytes are not on this node. */
  read(): Promise<Uint8Array | null>;
}

/** An item as it would be shown now. */
export interface Content extends Words {
  readonly author: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly board: Uint8Array | null;
  /** Whether it was written elsewhere and brought in by its author. */
  readonly imported: boolean;
}

/** Somebody whose messages are judged, as of one of them. */
export interface Author {
  readonly role: Role | null;
  /** When they joined, in milliseconds. */
  readonly joinedMs: number;
  /** Messages of theirs that are here. */
  readonly messages: number;
}

/** A room whose items pass the gate. All but `changed` run inside the transaction that changes holds. */
export interface ItemSource {
  readonly kind: ItemKind;
  /** Kinds of events that are such items. */
  readonly kinds: readonly string[];
  /** Whether somebody brought in with an event what was written elsewhere. */
  isImported?(body: unknown): boolean;
  /** Kinds of events by which an author changes an item, and the id of the item. */
  readonly changes?: { readonly kinds: readonly string[]; itemOf(body: unknown): Uint8Array };
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
  changed?(changes: readonly HoldChange[]): void;
}

/** What became of an item's hold. */
export interface HoldChange {
  readonly n: number;
  readonly kind: ItemKind;
  /** Whether it came into sight. */
  readonly shown: boolean;
  /** Whether it came as it was spread, not by catch-up. */
  readonly live: boolean;
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
  /** Asks for a person to look, in the name of this node's own, at what was held back when they wrote it. */
  appeal(id: Uint8Array, text: string): void;
}

/** Classifiers images away from the thread that asks, whatever is in the bytes. */
export interface ImageClassifiers {
  /**
   * Classifiers a JPEG, PNG, GIF or WebP: `nsfw` is its score, all other heads are 0, and the stage is `image`,
   * so that `decide` takes it as it takes a text's.
   *
   * @throws Problem `image-unknown`, `image-broken`, `image-too-large` or `image-not-judged`: a person must look.
   */
  judgeImage(image: Uint8Array): Promise<Judgement>;
}
