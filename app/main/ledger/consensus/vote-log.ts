import { concatBytes, equalBytes, toHex } from '../../kernel/bytes.ts';
import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { encodeCertificate, openCertificate, type Certificate } from '../types/certificate.ts';
import { encodeVote, openVote, type Vote } from '../types/vote.ts';
import type { Keep, Kept, Proposal, VoteStore } from './vote-store.ts';
import { problem } from '../problems.ts';

/** A file that is written in place, so that making it durable costs nothing but its own bytes. */
export interface LogFile {
  /** How many bytes it has; to grow takes long. */
  readonly room: number;
  /** Grows until so many bytes fit in. */
  reserve(bytes: number): void;
  /** All bytes, whatever they are. */
  read(): Uint8Array;
  /** Overwrites from an offset on. What returns would survive a power cut; what throws may be there in parts. */
  write(offset: number, bytes: Uint8Array): void;
}

/** A record is its length, the hash of its body, and the body. */
const LENGTH_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + 32;
/** A file is so many times as long as what it begins with, at least. */
const ROOM_FACTOR = 4;

/** What a file begins with: all that is kept, so that nothing before it is needed. */
interface Whole {
  /** Null when nobody began to vote here. */
  readonly key: Uint8Array | null;
  readonly count: number;
  readonly slot: number;
  readonly settled: { readonly epoch: number; readonly slot: number };
  readonly keep: Keeping;
}

/** A {@link Keep} as it is written. */
interface Keeping {
  readonly votes: readonly Uint8Array[];
  readonly certificates: readonly Uint8Array[];
  readonly proposals: readonly (readonly [block: Uint8Array, vote: Uint8Array])[];
}

/** A file number, then what it begins with or what came later. */
type Body = readonly [generation: number, sequence: number, what: Whole | Keeping];

/**
 * The vote log in two files that take turns [K6]. A file begins with all that is kept and goes on with what
 * was added, a record each; when it is full, the other one begins with all that is still kept. Records carry
 * their file's generation and their number, and a hash: what is torn, damaged or left from an earlier turn
 * is none, and ends the file. So a vote is there as a whole or was never given.
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
  /** Where the next record goes in the current file; infinity when it has to be the other file. */
  #at = Infinity;

  constructor(files: readonly [LogFile, LogFile]) {
    this.#files = files;
    const found = files.map((file, turn) => readBodies(file.read(), turn));
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
      // Should this fail, nothing is known of what stands there: then the other file has to begin anew.
      this.#at = Infinity;
      this.#file.write(at, record);
      this.#at = at + record.length;
      this.#sequence++;
    }
    this.#take(keep);
  }

  /** Is written when the files take turns; until then a restart finds more than it needs. */
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

  /** Lets the other file begin. */
  #turn(whole: Whole): void {
    const generation = this.#generation + 1;
    const record = recordOf([generation, 0, whole]);
    const file = this.#files[generation % 2]!;
    // With much of it taken up from the beginning, the files would take turns all the time.
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

  /** All that is kept, and something more. */
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

  /** [K6] Each kind of vote once a slot, and never both to finalise and to nullify, whatever asks for it. */
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

/** A proposal's vote names what else is known of it. */
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

/** The whole records at the beginning of a file that belong together, and where they end. */
function readBodies(file: Uint8Array, turn: number): { bodies: Body[]; end: number } {
  const bodies: Body[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let end = 0;
  while (end + HEAD_BYTES <= file.length) {
    const length = view.getUint32(end);
    const bytes = file.subarray(end + HEAD_BYTES, end + HEAD_BYTES + length);
    if (length === 0 || bytes.length < length) break;
    if (!equalBytes(file.subarray(end + LENGTH_BYTES, end + HEAD_BYTES), sha256(bytes))) break;
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
