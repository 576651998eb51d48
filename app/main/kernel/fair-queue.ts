/** A queue whose owners take turns: in the order of arrival for each, and one after another between them. */
export class FairQueue<Item, Owner = object> {
  /** The owners with items that wait; the next one to be served is first. */
  readonly #waiting = new Map<Owner, Item[]>();

  /** How many items wait. */
  get size(): number {
    let size = 0;
    for (const items of this.#waiting.values()) size += items.length;
    return size;
  }

  /** How many items of an owner wait. */
  count(owner: Owner): number {
    return this.#waiting.get(owner)?.length ?? 0;
  }

  push(owner: Owner, item: Item): void {
    const items = this.#waiting.get(owner);
    if (items) items.push(item);
    else this.#waiting.set(owner, [item]);
  }

  /** The next item, if one waits. Its owner goes to the end of the line. */
  shift(): Item | undefined {
    const next = this.#waiting.entries().next();
    if (next.done === true) return undefined;
    const [owner, items] = next.value;
    this.#waiting.delete(owner);
    const item = items.shift();
    if (items.length > 0) this.#waiting.set(owner, items);
    return item;
  }

  /** Takes all items out. */
  clear(): Item[] {
    const items = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    return items;
  }
}
