import { equalBytes } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import type { Database, Statement } from '../../kernel/database.ts';
import { AnchoredWire, packAnchored, unpackAnchored, type Anchored } from '../types/anchor.ts';
import type { FinalRun } from '../consensus/application.ts';
import { openHeader, type Block, type Header } from '../types/block.ts';
import { encodeCertificate, openCertificate, type Certificate } from '../types/certificate.ts';
import { openTransaction, type Transaction } from '../types/transaction.ts';

/** The proof that a block is final: its certificate, on the last of the headers after it or on itself. */
export interface Seal {
  readonly headers: readonly Header[];
  readonly certificate: Certificate;
}

interface BlockRow {
  readonly height: number;
  readonly hash: Uint8Array;
  readonly header: Uint8Array;
  readonly tail: Uint8Array | null;
  readonly certificate: Uint8Array | null;
}

/** A transaction with its position in the chain. */
export interface PlacedTransaction {
  readonly height: number;
  readonly place: number;
  readonly sealed: Uint8Array;
}

/** One validator's signature that a block is final. */
export interface ValidatorSignature {
  readonly voter: number;
  readonly signature: Uint8Array;
  /** When this node saw it, milliseconds since the epoch. */
  readonly at: number;
}

/** A transaction about people, with where and when it became final. */
export interface PeopleChange {
  readonly height: number;
  /** Block time in milliseconds. */
  readonly time: number;
  readonly account: Uint8Array;
  readonly kind: string;
  readonly body: unknown;
}

/** The kinds that decide accounts' names, rights and keys; an index of the table lists them too. */
const PEOPLE_KINDS = `('role.grant', 'role.revoke', 'member.ban', 'member.lift', 'handle.register', 'handle.transfer', 'device.add', 'device.revoke', 'device.rotate', 'account.recover')`;

/** [PV7] The key under which the seal of the last block is stored if it is on blocks that are not here. */
const COVER = 'cover';
/** The key under which the height above a gap in the blocks is stored. */
const ABOVE_GAP = 'above-gap';

const BLOCK = 'SELECT height, hash, header, tail, certificate FROM ledger_block';

/** Final blocks, their transactions and certificates. */
export class ChainStore {
  readonly #db: Database;
  readonly #putBlock: Statement;
  readonly #putTransaction: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#putBlock = db.prepare(
      'INSERT INTO ledger_block (height, hash, header, tail, certificate) VALUES (?, ?, ?, ?, ?)',
    );
    this.#putTransaction = db.prepare(
      'INSERT INTO ledger_transaction (height, place, id, account, nonce, kind, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
  }

  putBlock(header: Header, transactions: readonly Transaction[], seal: Seal | null): void {
    this.#putBlock.run(
      header.height,
      header.hash,
      header.bytes,
      seal && seal.headers.length > 0 ? encodeCanonical(seal.headers.map(({ bytes }) => bytes)) : null,
      seal && encodeCertificate(seal.certificate),
    );
    this.putTransactions(header.height, transactions);
  }

  putTransactions(height: number, transactions: readonly Transaction[]): void {
    for (const [place, { id, account, nonce, kind, sealed }] of transactions.entries()) {
      this.#putTransaction.run(height, place, id, account, nonce, kind, sealed);
    }
  }

  /** The newest block's header, or null before the first. */
  tip(): Header | null {
    const row = this.#db.prepare<BlockRow>(`${BLOCK} ORDER BY height DESC LIMIT 1`).get();
    return row ? openHeader(row.header) : null;
  }

  /** The lowest height from which all blocks are here; null without blocks. */
  lowest(): number | null {
    const gap = this.meta(ABOVE_GAP);
    if (gap) return decodeCanonical(gap) as number;
    return this.#db.prepare<{ n: number | null }>('SELECT MIN(height) AS n FROM ledger_block').get()!.n;
  }

  /**
   * [Q6] Records that blocks right below a height are missing while there are others below them; null if none
   * are.
   */
  setGap(above: number | null): void {
    this.setMeta(ABOVE_GAP, above === null ? null : encodeCanonical(above));
  }

  header(height: number): Header | null {
    const row = this.#db.prepare<BlockRow>(`${BLOCK} WHERE height = ?`).get(height);
    return row ? openHeader(row.header) : null;
  }

  headerByHash(hash: Uint8Array): Header | null {
    const row = this.#db.prepare<BlockRow>(`${BLOCK} WHERE hash = ?`).get(hash);
    return row ? openHeader(row.header) : null;
  }

  block(height: number): Block | null {
    const header = this.header(height);
    if (!header) return null;
    const anchored = header.anchor && this.anchoredAt(height);
    return { header, transactions: this.transactionsOf(height), ...(anchored && { anchored }) };
  }

  /** [H1] Stores the list of a block's anchor. */
  putAnchored(height: number, anchored: Anchored): void {
    this.#db
      .prepare('INSERT INTO ledger_anchor (height, list) VALUES (?, ?)')
      .run(height, encodeCanonical(packAnchored(anchored)));
  }

  /** The events that a block lists; null if it lists none, or if the list is not here yet. */
  anchoredAt(height: number): Anchored | null {
    const row = this.#db
      .prepare<{ list: Uint8Array }>('SELECT list FROM ledger_anchor WHERE height = ?')
      .get(height);
    return row ? unpackAnchored(AnchoredWire.parse(decodeCanonical(row.list))) : null;
  }

  /** The heights of blocks whose lists are here, in order. */
  anchorHeights(): number[] {
    return this.#db
      .prepare<{ height: number }>('SELECT height FROM ledger_anchor ORDER BY height')
      .all()
      .map(({ height }) => height);
  }

  /** The sealed transactions of a block, in order. */
  transactionsOf(height: number): Uint8Array[] {
    return this.#db
      .prepare<{ sealed: Uint8Array }>(
        'SELECT sealed FROM ledger_transaction WHERE height = ? ORDER BY place',
      )
      .all(height)
      .map(({ sealed }) => sealed);
  }

  /** Newest first, from below a height. */
  headersBelow(height: number, limit: number): Header[] {
    return this.#db
      .prepare<BlockRow>(`${BLOCK} WHERE height < ? ORDER BY height DESC LIMIT ?`)
      .all(height, limit)
      .map((row) => openHeader(row.header));
  }

  transaction(id: Uint8Array): PlacedTransaction | null {
    const found = this.#db
      .prepare<PlacedTransaction>('SELECT height, place, sealed FROM ledger_transaction WHERE id = ?')
      .get(id);
    return found ?? null;
  }

  /** An account's transactions, newest first, below a nonce. */
  transactionsBy(account: Uint8Array, belowNonce: number, limit: number): PlacedTransaction[] {
    return this.#db
      .prepare<PlacedTransaction>(
        'SELECT height, place, sealed FROM ledger_transaction WHERE account = ? AND nonce < ? ORDER BY nonce DESC LIMIT ?',
      )
      .all(account, belowNonce, limit);
  }

  /** All transactions, newest first, below a place in a block. */
  transactionsBelow(height: number, place: number, limit: number): PlacedTransaction[] {
    return this.#db
      .prepare<PlacedTransaction>(
        'SELECT height, place, sealed FROM ledger_transaction WHERE (height, place) < (?, ?) ORDER BY height DESC, place DESC LIMIT ?',
      )
      .all(height, place, limit);
  }

  /** The changes in final blocks that concern people: all in order, or those of some heights. */
  aboutPeople(from?: number, to = Number.MAX_SAFE_INTEGER): PeopleChange[] {
    const rows = `SELECT height, place, sealed FROM ledger_transaction WHERE kind IN ${PEOPLE_KINDS}`;
    const order = 'ORDER BY height, place';
    const placed =
      from === undefined
        ? this.#db.prepare<PlacedTransaction>(`${rows} ${order}`).all()
        : this.#db.prepare<PlacedTransaction>(`${rows} AND height BETWEEN ? AND ? ${order}`).all(from, to);
    let header: Header | null = null;
    return placed.map(({ height, sealed }) => {
      if (header?.height !== height) header = this.header(height)!;
      const { account, kind, body } = openTransaction(sealed);
      return { height, time: header.time, account, kind, body };
    });
  }

  /** The seal that a block was stored with; null if a later block's seal makes it final. */
  ownSeal(height: number): Seal | null {
    const row = this.#db.prepare<BlockRow>(`${BLOCK} WHERE height = ?`).get(height);
    return row?.certificate ? sealIn(row, row.certificate, []) : null;
  }

  /**
   * The seal that makes a block final: its own, or that of the next block that has one, which may not be here
   * [PV7].
   */
  sealOf(height: number): Seal | null {
    const headers: Header[] = [];
    let last: Uint8Array | null = null;
    const rows = this.#db.prepare<BlockRow>(`${BLOCK} WHERE height >= ? ORDER BY height`).iterate(height);
    for (const row of rows) {
      if (row.height > height) headers.push(openHeader(row.header));
      if (row.certificate) return sealIn(row, row.certificate, headers);
      last = row.hash;
    }
    const cover = last && this.#cover();
    if (!cover || !equalBytes(cover.headers[0]!.parent, last!)) return null;
    return { ...cover, headers: [...headers, ...cover.headers] };
  }

  /** [PV7] Stores the seal of the last block: headers from the next block on, and the certificate on the last. */
  setCover({ headers, certificate }: Seal): void {
    const bytes = headers.map((header) => header.bytes);
    this.setMeta(COVER, encodeCanonical([bytes, encodeCertificate(certificate)]));
  }

  #cover(): Seal | null {
    const stored = this.meta(COVER);
    if (!stored) return null;
    const [headers, certificate] = decodeCanonical(stored) as [Uint8Array[], Uint8Array];
    return { headers: headers.map(openHeader), certificate: openCertificate(certificate) };
  }

  /** The height of the first block at or above `height` that has its own certificate. */
  certifiedFrom(height: number): number | null {
    const row = this.#db
      .prepare<{ n: number | null }>(
        'SELECT MIN(height) AS n FROM ledger_block WHERE height >= ? AND certificate IS NOT NULL',
      )
      .get(height)!;
    return row.n;
  }

  /** The blocks from a height up to the next one that has a certificate; null if one of them is not here. */
  run(fromHeight: number): FinalRun | null {
    const to = this.certifiedFrom(fromHeight);
    if (to === null || this.header(fromHeight) === null) return null;
    const blocks = Array.from({ length: to - fromHeight + 1 }, (_, n) => this.block(fromHeight + n)!);
    // [Q7] The transactions of a snapshot's block may still be on their way.
    if (blocks.some(({ header, transactions }) => transactions.length < header.count)) return null;
    const { headers, certificate } = this.ownSeal(to)!;
    return { blocks, closing: headers, certificate };
  }

  /**
   * Records that the block at `height` was the last before an epoch; `link` proves it if the block is not
   * here.
   */
  putEpoch(epoch: number, height: number, link: Uint8Array | null): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO ledger_epoch (epoch, changed_at, link) VALUES (?, ?, ?)')
      .run(epoch, height, link);
  }

  /** The epochs after the first, in order, up to the given one. */
  epochs(upTo: number): { epoch: number; changedAt: number; link: Uint8Array | null }[] {
    return this.#db
      .prepare<{ epoch: number; changedAt: number; link: Uint8Array | null }>(
        'SELECT epoch, changed_at AS changedAt, link FROM ledger_epoch WHERE epoch <= ? ORDER BY epoch',
      )
      .all(upTo);
  }

  putSignature(hash: Uint8Array, { voter, signature, at }: ValidatorSignature): void {
    this.#db
      .prepare('INSERT OR IGNORE INTO ledger_signature (hash, voter, signature, at) VALUES (?, ?, ?, ?)')
      .run(hash, voter, signature, at);
  }

  /** The single signatures collected for a block, by the signers' places. */
  signaturesOf(hash: Uint8Array): ValidatorSignature[] {
    return this.#db
      .prepare<ValidatorSignature>(
        'SELECT voter, signature, at FROM ledger_signature WHERE hash = ? ORDER BY voter',
      )
      .all(hash);
  }

  /** Deletes the single signatures on blocks up to a height; aggregates stay. */
  dropSignatures(upTo: number): void {
    this.#db
      .prepare('DELETE FROM ledger_signature WHERE hash IN (SELECT hash FROM ledger_block WHERE height <= ?)')
      .run(upTo);
  }

  meta(key: string): Uint8Array | null {
    return (
      this.#db.prepare<{ value: Uint8Array }>('SELECT value FROM ledger_meta WHERE key = ?').get(key)
        ?.value ?? null
    );
  }

  setMeta(key: string, value: Uint8Array | null): void {
    if (value === null) this.#db.prepare('DELETE FROM ledger_meta WHERE key = ?').run(key);
    else this.#db.prepare('INSERT OR REPLACE INTO ledger_meta (key, value) VALUES (?, ?)').run(key, value);
  }
}

function sealIn({ tail }: BlockRow, certificate: Uint8Array, before: readonly Header[]): Seal {
  const closing = tail ? (decodeCanonical(tail) as Uint8Array[]) : [];
  return { headers: [...before, ...closing.map(openHeader)], certificate: openCertificate(certificate) };
}
