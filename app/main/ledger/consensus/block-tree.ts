import { toHex } from '../../kernel/bytes.ts';
import type { Application } from './application.ts';
import type { Block } from '../types/block.ts';
import { baseOf, judgeBlock, type Base } from './proposal.ts';
import type { ValidatorSet } from '../types/validators.ts';
import type { Vote } from '../types/vote.ts';

type BlockState = 'waiting' | 'valid' | 'invalid';

/** A block above the last final one. */
export interface Pooled {
  readonly block: Block;
  /** Its leader's vote; null for a block that came with a certificate instead. */
  vote: Vote | null;
  state: BlockState;
  /** Why it is invalid. */
  code: string | null;
  /** The set that signs the next epoch, if this block changes the set. */
  next: ValidatorSet | null;
  /** [K12] Whether only closing blocks may follow. */
  ends: boolean;
  /** Whether it is itself such a closing block. */
  closing: boolean;
}

export interface MempoolListener {
  /** A block turned out valid or invalid, or its leader's vote arrived after it. */
  settled(node: Pooled, parent: Base): void;
  /** A block could not be executed, through no fault of the block. */
  failed(error: unknown): void;
}

/** The most blocks held above the last final one. */
const MAX_POOLED = 512;

/** Blocks that are not final yet. Each is executed once, after its parent. */
export class BlockTree {
  readonly #application: Pick<Application, 'execute'>;
  readonly #heard: MempoolListener;
  readonly #blocks = new Map<string, Pooled>();
  #base: Base;
  #executing: Promise<void> = Promise.resolve();

  constructor(application: Pick<Application, 'execute'>, base: Base, heard: MempoolListener) {
    this.#application = application;
    this.#base = base;
    this.#heard = heard;
  }

  get base(): Base {
    return this.#base;
  }

  get(hash: Uint8Array): Pooled | undefined {
    return this.#blocks.get(toHex(hash));
  }

  all(): Pooled[] {
    return [...this.#blocks.values()];
  }

  /** The parent of a block, if that is valid or final. */
  parentOf(block: Block): { base: Base; ends: boolean } | null {
    const { parent } = block.header;
    if (toHex(parent) === toHex(this.#base.hash)) return { base: this.#base, ends: false };
    const node = this.get(parent);
    return node?.state === 'valid' ? { base: baseOf(node.block), ends: node.ends } : null;
  }

  /**
   * Adds a block and executes it as soon as its parent allows; false if there is no room.
   *
   * @param proven whether a certificate covers the block, so that there is always room for it.
   */
  add(block: Block, vote: Vote | null, proven = false): boolean {
    const known = this.get(block.header.hash);
    if (known) {
      if (known.vote || !vote) return true;
      known.vote = vote;
      const parent = this.parentOf(block);
      if (known.state === 'valid' && parent) this.#heard.settled(known, parent.base);
      return true;
    }
    if (!proven && this.#blocks.size >= MAX_POOLED) return false;
    const state = 'waiting' as const;
    const node: Pooled = { block, vote, state, code: null, next: null, ends: false, closing: false };
    this.#blocks.set(toHex(block.header.hash), node);
    this.#judge(node);
    return true;
  }

  /** A block became final: it is the new base, and blocks that cannot build on it are dropped. */
  rebase(base: Base): void {
    this.#base = base;
    for (const [key, { block }] of this.#blocks) {
      if (block.header.slot <= base.slot) this.#blocks.delete(key);
    }
  }

  /** Resolves when every block that can be executed has been. */
  async idle(): Promise<void> {
    for (let last; last !== this.#executing;) {
      last = this.#executing;
      await last;
    }
  }

  #judge(node: Pooled): void {
    this.#executing = this.#executing.then(async () => {
      const parent = this.parentOf(node.block);
      if (node.state !== 'waiting' || !parent) return;
      try {
        Object.assign(node, await this.#outcome(node.block, parent));
      } catch (error) {
        // If its parent was dropped meanwhile, nobody needs to know.
        if (this.parentOf(node.block)) this.#heard.failed(error);
        return;
      }
      this.#heard.settled(node, parent.base);
      this.#judgeChildren(node.block.header.hash);
    });
  }

  async #outcome(block: Block, parent: { base: Base; ends: boolean }): Promise<Partial<Pooled>> {
    const code = judgeBlock(block, parent.base, parent.ends);
    if (code) return { state: 'invalid', code };
    // [K12] A closing block changes nothing, so there is nothing to execute.
    if (parent.ends) return { state: 'valid', ends: true, closing: true };
    const execution = await this.#application.execute(block, parent.base);
    if (!execution.ok) return { state: 'invalid', code: execution.code };
    return { state: 'valid', next: execution.next, ends: execution.next !== null };
  }

  #judgeChildren(hash: Uint8Array): void {
    const key = toHex(hash);
    for (const child of this.#blocks.values()) {
      if (child.state === 'waiting' && toHex(child.block.header.parent) === key) this.#judge(child);
    }
  }
}
