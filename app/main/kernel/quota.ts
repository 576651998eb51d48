/** The space that one community may take on this node, with its database and its files. */
export interface Quota {
  /** How many bytes are left; negative after the limit was lowered, Infinity without one. */
  leftBytes(): number;
  /**
   * How many bytes are left for copies of files that peers can serve again: the last part of the space is kept
   * for what members write. Negative if copies have to go.
   */
  spareBytes(): number;
  /** Called before an event of this size is stored. Throws a Problem `quota-full`. */
  admit(bytes: number): void;
  /** Files on disk grew by this many bytes; without a number, some were removed and are counted again. */
  filesChanged(byBytes?: number): void;
  /** Calls back while copies have to go; returns how to stop. */
  onTight(listener: () => void): () => void;
}

/** The quota of a community that may take any space. */
export const noQuota: Quota = {
  leftBytes: () => Infinity,
  spareBytes: () => Infinity,
  admit() {},
  filesChanged() {},
  onTight: () => () => {},
};
