import { concatBytes, equalBytes, toHex } from '../../kernel/bytes.ts';
import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { encodeCertificate, openCertificate, type Certificate } from '../types/certificate.ts';
import { encodeVote, openVote, type Vote } from '../types/vote.ts';
import type { Keep, Kept, Proposal, VoteStore } from './vote-store.ts';
import { problem } from '../problems.ts';

/** A file that is written in place, so that a durable write costs nothing beyond its own bytes. */
export interface LogFile {
  /** Its size in bytes; growing it is slow. */
  readonly room: number;
  /** Grows the file to at least this many bytes. */
  reserve(bytes: number): void;
  /** Its bytes from an offset on: at most `length`, fewer at its end. */
  read(offset: number, length: number): Uint8Array;
  /**
   * Overwrites bytes from an offset on. After it returns the bytes survive a power cut; if it throws, parts
   * of them may be written.
   */
  write(offset: number, bytes: Uint8Array): void;
}

/** A record is its length, the hash of its body, and the body. */
const LENGTH_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + 32;
/** How much of a file is read at once. */
const PIECE_BYTES = 16 * 1024;
/** The least ratio of a file's size to its first record. */
const ROOM_FACTOR = 4;

/** The first record of a file: everything that is kept, so that earlier records are not needed. */
interface Whole {
  /** Null if nobody has voted here. */
  readonly key: Uint8Array | null;
  readonly count: number;
  readonly slot: number;
  readonly settled: { readonly epoch: number; readonly slot: number };
  readonly keep: Keeping;
}

/** A {@link Keep} in its written form. */
interface Keeping {
  readonly votes: readonly Uint8Array[];
  readonly certificates: readonly Uint8Array[];
  readonly proposals: readonly (readonly [block: Uint8Array, vote: Uint8Array])[];
}

/** A record: the file's generation, the record's number in it, and what was written. */
type Body = readonly [generation: number, sequence: number, what: Whole | Keeping];

/**
 * The vote log in two alternating files [K6]. A file begins with everything that is kept and continues with
 * one record for each addition; when it is full, the other file begins with everything still kept. Records
 * carry their file's generation, their number and a hash: a torn, damaged or outdated record is invalid and
 * ends the file. So a vote is either completely there or was never cast.
 */
export class VoteLog implements VoteStore {
  readonly #files: readonly [LogFile, LogFile];
  readonly #votes = new Map<string, Vote>();
  readonly #certificates = new Map<string, Certificate>();
  readonly #proposals = new Map<string, Proposal>();
  #key: Uint8Array | null = null;
  #count = 0;
  #slot = 0;
  #settled = { epoch: 0, slot: 0 };
  #generation = 0;
  #sequence = 0;
  /** Offset of the next record in the current file; infinity if the other file must be used. */
  #at = Infinity;

  constructor(files: readonly [LogFile, LogFile]) {
    this.#files = files;
    const found = files.map((file, turn) => readBodies(file, turn));
    const newest = found.toSorted((a, b) => (b.bodies[0]?.[0] ?? 0) - (a.bodies[0]?.[0] ?? 0))[0]!;
    for (const [generation, sequence, what] of newest.bodies) {
      if (sequence === 0) this.#restore(what as Whole);
      else this.#take(keepOf(what as Keeping));
      this.#generation = generation;
      this.#sequence = sequence + 1;
      this.#at = newest.end;
    }
  }

  async load(key: Uint8Array): Promise<Kept | null> {
    if (!this.#key || !equalBytes(this.#key, key)) return null;
    return { count: this.#count, slot: this.#slot, settled: this.#settled, ...this.#kept() };
  }

  async begin(key: Uint8Array): Promise<void> {
    if (this.#key) {
      throw problem('votes-exist');
    }
    this.#turn({ ...this.#whole(), key });
    this.#key = key;
  }

  async put(keep: Keep): Promise<void> {
    this.#mustAgree(keep.votes);
    const record = recordOf([this.#generation, this.#sequence, keepingOf(keep)]);
    if (this.#at + record.length > this.#file.room) {
      this.#turn(this.#whole(keep));
    } else {
      const at = this.#at;
      // If this fails, the content there is unknown: then the other file has to begin.
      this.#at = Infinity;
      this.#file.write(at, record);
      this.#at = at + record.length;
      this.#sequence++;
    }
    this.#take(keep);
  }

  /** Is written when the files switch; until then a restart finds more than it needs. */
  async settle(epoch: number, slot: number): Promise<void> {
    const settled = this.#settled;
    if (settled.epoch < epoch || (settled.epoch === epoch && settled.slot < slot)) {
      this.#settled = { epoch, slot };
    }
    for (const map of [this.#votes, this.#certificates, this.#proposals]) {
      for (const [at, one] of map) {
        if (one.epoch < epoch || (one.epoch === epoch && one.slot <= slot)) map.delete(at);
      }
    }
  }

  /** Forgets everything, as if nobody had ever voted here. */
  renew(): void {
    const nothing: Keeping = { votes: [], certificates: [], proposals: [] };
    const whole = { key: null, count: 0, slot: 0, settled: { epoch: 0, slot: 0 }, keep: nothing };
    this.#turn(whole);
    this.#restore(whole);
  }

  get #file(): LogFile {
    return this.#files[this.#generation % 2]!;
  }

  /** Begins the other file. */
  #turn(whole: Whole): void {
    const generation = this.#generation + 1;
    const record = recordOf([generation, 0, whole]);
    const file = this.#files[generation % 2]!;
    // If the first record filled most of the file, the files would switch all the time.
    file.reserve(ROOM_FACTOR * record.length);
    file.write(0, record);
    this.#generation = generation;
    this.#sequence = 1;
    this.#at = record.length;
  }

  #kept(): Keep {
    const inOrder = <T extends { epoch: number; slot: number }>(map: ReadonlyMap<string, T>) =>
      [...map.values()].sort((a, b) => a.epoch - b.epoch || a.slot - b.slot);
    return {
      votes: inOrder(this.#votes),
      certificates: inOrder(this.#certificates),
      proposals: inOrder(this.#proposals),
    };
  }

  /** Everything that is kept, plus an addition. */
  #whole(more: Keep = { votes: [], certificates: [], proposals: [] }): Whole {
    const kept = this.#kept();
    return {
      key: this.#key,
      count: this.#count + more.votes.length,
      slot: Math.max(this.#slot, ...more.votes.map(({ slot }) => slot)),
      settled: this.#settled,
      keep: keepingOf({
        votes: [...kept.votes, ...more.votes],
        certificates: [...kept.certificates, ...more.certificates],
        proposals: [...kept.proposals, ...more.proposals],
      }),
    };
  }

  #restore({ key, count, slot, settled, keep }: Whole): void {
    for (const map of [this.#votes, this.#certificates, this.#proposals]) map.clear();
    this.#take(keepOf(keep));
    this.#key = key;
    this.#count = count;
    this.#slot = slot;
    this.#settled = settled;
  }

  #take({ votes, certificates, proposals }: Keep): void {
    for (const vote of votes) {
      this.#votes.set(placeOf(vote), vote);
      this.#count++;
      this.#slot = Math.max(this.#slot, vote.slot);
    }
    for (const one of certificates) this.#certificates.set(placeOf(one), one);
    for (const one of proposals) this.#proposals.set(toHex(one.hash), one);
  }

  /** [K6] Each kind of vote once per slot, and never both finalise and nullify, no matter who asks. */
  #mustAgree(votes: readonly Vote[]): void {
    const given = new Set(this.#votes.keys());
    for (const vote of votes) {
      const opposite = { nullify: 'finalise', finalise: 'nullify', notarise: null }[vote.kind];
      const contradicts = opposite !== null && given.has(`${vote.epoch} ${vote.slot} ${opposite}`);
      if (contradicts || given.has(placeOf(vote))) {
        throw problem('vote-given');
      }
      given.add(placeOf(vote));
    }
  }
}

function placeOf({ epoch, slot, kind }: Pick<Vote, 'epoch' | 'slot' | 'kind'>): string {
  return `${epoch} ${slot} ${kind}`;
}

function keepingOf({ votes, certificates, proposals }: Keep): Keeping {
  return {
    votes: votes.map(encodeVote),
    certificates: certificates.map(encodeCertificate),
    proposals: proposals.map(({ block, vote }) => [block, encodeVote(vote)]),
  };
}

/** The other fields of a proposal follow from its vote. */
function keepOf({ votes, certificates, proposals }: Keeping): Keep {
  return {
    votes: votes.map(openVote),
    certificates: certificates.map(openCertificate),
    proposals: proposals.map(([block, bytes]) => {
      const vote = openVote(bytes);
      return { hash: vote.block!, epoch: vote.epoch, slot: vote.slot, block, vote };
    }),
  };
}

function recordOf(body: Body): Uint8Array {
  const bytes = encodeCanonical(body);
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concatBytes(length, sha256(bytes), bytes);
}

/** The valid records at the beginning of a file that belong together, and where they end. */
function readBodies(file: LogFile, turn: number): { bodies: Body[]; end: number } {
  const bodies: Body[] = [];
  const at = inPieces(file);
  let end = 0;
  while (end + HEAD_BYTES <= file.room) {
    const head = at(end, HEAD_BYTES);
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
    if (length === 0 || end + HEAD_BYTES + length > file.room) break;
    const bytes = at(end + HEAD_BYTES, length);
    if (!equalBytes(head.subarray(LENGTH_BYTES), sha256(bytes))) break;
    const body = decodeCbor(bytes) as Body;
    const [generation, sequence] = body;
    if (
      sequence !== bodies.length ||
      generation !== (bodies[0]?.[0] ?? generation) ||
      generation % 2 !== turn
    )
      break;
    bodies.push(body);
    end += HEAD_BYTES + length;
  }
  return { bodies, end };
}

/** Reads a file from its beginning to its end, a piece at a time: most of it is unused. */
function inPieces(file: LogFile): (offset: number, length: number) => Uint8Array {
  let start = 0;
  let piece: Uint8Array = new Uint8Array(0);
  return (offset, length) => {
    if (offset + length > start + piece.length) {
      start = offset;
      piece = file.read(offset, Math.max(length, PIECE_BYTES));
    }
    return piece.subarray(offset - start, offset - start + length);
  };
}
