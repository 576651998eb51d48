import { skeletonsOf } from '../kernel/look-alikes.ts';
import { foldHandle } from '../ledger/index.ts';

/** The holder of each handle, and the handles that look alike. Holders are accounts in hex. */
export class HandleIndex {
  readonly #holders = new Map<string, string>();
  readonly #bySkeleton = new Map<string, Set<string>>();

  clear(): void {
    this.#holders.clear();
    this.#bySkeleton.clear();
  }

  add(handle: string, holder: string): void {
    this.#holders.set(foldHandle(handle), holder);
    for (const skeleton of skeletonsOf(handle)) {
      const holders = this.#bySkeleton.get(skeleton);
      if (holders) holders.add(holder);
      else this.#bySkeleton.set(skeleton, new Set([holder]));
    }
  }

  /** The holder gives the handle up. */
  remove(handle: string, holder: string): void {
    this.#holders.delete(foldHandle(handle));
    for (const skeleton of skeletonsOf(handle)) {
      const holders = this.#bySkeleton.get(skeleton);
      holders?.delete(holder);
      if (holders?.size === 0) this.#bySkeleton.delete(skeleton);
    }
  }

  holderOf(handle: string): string | undefined {
    return this.#holders.get(foldHandle(handle));
  }

  /** The holders of this handle and of those that can be taken for it. */
  resembling(handle: string): Set<string> {
    return new Set(skeletonsOf(handle).flatMap((skeleton) => [...(this.#bySkeleton.get(skeleton) ?? [])]));
  }
}
