import type { Role } from '../kernel/roles.ts';
import type { LogEvent } from '../log/event.ts';
import type { EventDraft } from '../log/own-events.ts';
import type { Judgement } from './classifier.ts';
import type { Scores } from './labels.ts';
import type { ModelStatus } from './manifest.ts';

/** Judges texts outside the caller's thread. */
export interface Classifiers {
  /** How many batches may run at once. */
  readonly lanes: number;
  /** Judgements in the order of the texts; rejects if they are unavailable, never answers in part. */
  judge(texts: readonly string[]): Promise<readonly Judgement[]>;
  /** The models that could be loaded; loads them. */
  status(): Promise<readonly ModelStatus[]>;
  /** The files of the models, compared with their hashes; loads none. */
  files(): Promise<readonly ModelStatus[]>;
  /** [J28] The identity of the models of this release and of their use: 32 bytes; null if there are none. */
  identity(): Promise<Uint8Array | null>;
  close(): Promise<void>;
}

/** [J28] A judgement that another node gave. */
export interface GivenJudgement {
  /** Whose node gave it: their public key. */
  readonly person: Uint8Array;
  /** The hash of the models and of the text. */
  readonly key: Uint8Array;
  readonly scores: Scores;
  readonly stage: 'first' | 'second';
  readonly language: string | null;
}

/** [J28] The nodes of trusted persons. */
export interface OtherNodes {
  /** Whether one of them can be asked now. */
  readonly isReady: boolean;
  /**
   * What one of them says about items, by the ids of their events; null where it says nothing in time. In the order of the
   * input; never rejects. The keys are not checked.
   */
  ask(events: readonly Uint8Array[]): Promise<readonly (GivenJudgement | null)[]>;
}

/** The name of a kind of items: `post`, `chat`. */
export type ItemKind = string;

/** An item that can be held: a post with its files, a chat line. */
export interface Item {
  /** Row of the event of the item. */
  readonly n: number;
  readonly kind: ItemKind;
  /** Ticks that the event claims. */
  readonly time: number;
}

/** The text that is judged: everything that would be shown, including subject and file names. */
export interface Words {
  readonly text: string;
  /** Where the body begins and ends in it: spans are given as positions in the body. */
  readonly shownAt: readonly [number, number];
  /** Images that are shown with it. */
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
  /** When its author signed it, in milliseconds since the epoch; never a date that they only claim [J31]. */
  readonly atMs: number;
  readonly board: Uint8Array | null;
  /** Whether its author says that it was written elsewhere and imported. */
  readonly imported: boolean;
}

/** The author of a message that is judged, at the time of the message. */
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
  /** The number of the kind in rows of holds; unique and permanent. */
  readonly code: number;
  /** Event kinds of such items. */
  readonly kinds: readonly string[];
  /** Whether an event imports something that was written elsewhere. */
  isImported?(body: unknown): boolean;
  /** Event kinds by which an author changes an item, with the id of the item. */
  readonly changes?: { readonly kinds: readonly string[]; itemOf(body: unknown): Uint8Array };
  /** An item's current text; null if it is gone. */
  read(n: number): Content | null;
  /** The same of an event that is not stored yet, from the event alone; its board is the one that it names. */
  foresee?(event: LogEvent): Content | null;
  /**
   * In the transaction that stores an event: the board where it is filed; null if a change of it arrived before, so that
   * its text is another one.
   */
  filed?(event: LogEvent): { readonly board: Uint8Array | null } | null;
  /** The view of an item for moderators; null if it is gone. */
  show(n: number): ItemText | null;
  /** The messages directly before or after it, the nearest first. */
  around(n: number, before: boolean, limit: number): readonly Neighbour[];
  /** A view (n, board) that tells on which board items are, if they are on one. */
  readonly placeView?: string;
  /** Whether events of these kinds name files. */
  readonly carriesFiles?: boolean;
  /** Edits by its author, oldest first. */
  editsOf?(id: Uint8Array): readonly Uint8Array[];
  /** Ticks of its current text, if the text can change; 0 if it is gone. */
  textTime?(n: number): number;
  /** Called before holds change. */
  beforeChange?(): void;
  /** Called with the items that are now shown or hidden. */
  shown?(rows: readonly number[]): void;
  hidden?(rows: readonly number[]): void;
}

/** An item as it is shown to moderators. */
export interface ItemText {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly text: string;
  readonly format: 'markdown' | 'plain';
  readonly board: { readonly id: Uint8Array; readonly name: string } | null;
  readonly thread: Uint8Array | null;
  readonly subject: string | null;
  /** The sender that the author of an imported item names. */
  readonly sourceName?: string | undefined;
  readonly attachments: readonly {
    readonly cid: Uint8Array;
    readonly name: string;
    readonly type: string;
    readonly size: number;
  }[];
}

/** A message beside an item. */
export interface Neighbour {
  readonly id: Uint8Array;
  readonly author: Uint8Array;
  /** The sender that the author of an imported message names. */
  readonly sourceName?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

/** A change of an item's hold. */
export interface HoldChange {
  readonly n: number;
  readonly kind: ItemKind;
  /** Whether it is shown now. */
  readonly shown: boolean;
  /** Whether it arrived live, not by catch-up. */
  readonly live: boolean;
}

/** A person's ruling, if this node follows that person. */
export interface RulingInEffect {
  readonly ruling: 'publish' | 'quarantine' | 'remove';
  /** Ticks of the ruling: it covers the text up to then [J14]. */
  readonly time: number;
}

/** Rulings by people, by the ids of the items' events. */
export interface Rulings {
  of(id: Uint8Array): RulingInEffect | null;
  appealed(id: Uint8Array): boolean;
  /**
   * The event by which this node's person requests a review of a message that was held back when they wrote
   * it.
   */
  appeal(item: Uint8Array): EventDraft;
  /** Calls back inside the transaction that changed the rulings on these items. */
  onChange(listener: (items: readonly Uint8Array[]) => void): void;
}

/** Judges images outside the caller's thread, whatever their bytes are. */
export interface ImageClassifiers {
  /**
   * Judges a JPEG, PNG, GIF or WebP: `nsfw` is its score, all other labels are 0, and the stage is `image`,
   * so that `decide` treats it like a text.
   * @throws Problem `image-unknown`, `image-broken`, `image-too-large` or `image-not-judged`: a person must
   * review it.
   */
  judgeImage(image: Uint8Array): Promise<Judgement>;
}
