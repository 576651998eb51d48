import type { Role } from '../kernel/roles.ts';
import type { EventDraft } from '../log/log.ts';
import type { Judgement } from './classifier.ts';
import type { ModelStatus } from './manifest.ts';

/** Judges texts away from the thread that asks. */
export interface Classifiers {
  /** How many batches may be asked at once. */
  readonly lanes: number;
  /** Judgements in the order of the texts; rejects when they cannot be had, never answers in part. */
  judge(texts: readonly string[]): Promise<readonly Judgement[]>;
  /** What could be loaded. */
  status(): Promise<readonly ModelStatus[]>;
  close(): Promise<void>;
}

/** The name of a kind of items: `post`, `chat`. */
export type ItemKind = string;

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

/** A room whose items pass the gate. Hooks run inside the transaction that changes holds. */
export interface ItemSource {
  readonly kind: ItemKind;
  /** The number by which rows of holds name the kind; unique, and the same for ever. */
  readonly code: number;
  /** Kinds of events that are such items. */
  readonly kinds: readonly string[];
  /** Whether somebody brought in with an event what was written elsewhere. */
  isImported?(body: unknown): boolean;
  /** Kinds of events by which an author changes an item, and the id of the item. */
  readonly changes?: { readonly kinds: readonly string[]; itemOf(body: unknown): Uint8Array };
  /** What an item says now; null when it is gone. */
  read(n: number): Content | null;
  /** What somebody who decides about it is shown; null when it is gone. */
  show(n: number): ItemText | null;
  /** What was said right before or after it, the nearest first. */
  around(n: number, before: boolean, limit: number): readonly Neighbour[];
  /** A view (n, board) that says on which board items are, where they are on one. */
  readonly placeView?: string;
  /** Whether events of these kinds name files. */
  readonly carriesFiles?: boolean;
  /** Events by which its author changed it, oldest first. */
  editsOf?(id: Uint8Array): readonly Uint8Array[];
  /** Ticks of what it says now, where that may change. */
  textTime?(n: number): number;
  /** Holds are about to change. */
  beforeChange?(): void;
  /** These came into sight, or left it. */
  shown?(rows: readonly number[]): void;
  hidden?(rows: readonly number[]): void;
}

/** An item as it is shown to somebody who decides about it. */
export interface ItemText {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly text: string;
  readonly format: 'markdown' | 'plain';
  readonly board: { readonly id: Uint8Array; readonly name: string } | null;
  readonly thread: Uint8Array | null;
  readonly subject: string | null;
  readonly attachments: readonly {
    readonly cid: Uint8Array;
    readonly name: string;
    readonly type: string;
    readonly size: number;
  }[];
}

/** Something said beside an item. */
export interface Neighbour {
  readonly id: Uint8Array;
  readonly author: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
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
  /** The event by which this node's person asks for a look at what was held back when they wrote it. */
  appeal(item: Uint8Array): EventDraft;
  /** Calls back inside the transaction that changed what people decided about these items. */
  onChange(listener: (items: readonly Uint8Array[]) => void): void;
}

/** Judges images away from the thread that asks, whatever is in the bytes. */
export interface ImageClassifiers {
  /**
   * Judges a JPEG, PNG, GIF or WebP: `nsfw` is its score, all other heads are 0, and the stage is `image`,
   * so that `decide` takes it as it takes a text's.
   *
   * @throws Problem `image-unknown`, `image-broken`, `image-too-large` or `image-not-judged`: a person must look.
   */
  judgeImage(image: Uint8Array): Promise<Judgement>;
}
