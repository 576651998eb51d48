/** Something that a person should know about one message of an import. */
export interface ImportIssue {
  /** Which message of the archive, counted from 1; null for what is beside the messages. */
  readonly message: number | null;
  /** Where it is: `byte 230` of the file, or the name of a file of a maildir. */
  readonly place: string;
  readonly reason: string;
  /**
   * `left-out`: nothing of it was imported. `raw`: its text was imported as it came. `kept`: it was imported,
   * and something about it is not as it was.
   */
  readonly outcome: 'left-out' | 'raw' | 'kept';
}

/** Far more than a person reads; a file of another format would fill the memory. */
const MAX_ISSUES = 100_000;

/** The issues of an import, in the order in which they were found. */
export class Issues {
  readonly #list: ImportIssue[] = [];
  #dropped = 0;

  get list(): readonly ImportIssue[] {
    return this.#list;
  }

  /** How many more there were. */
  get dropped(): number {
    return this.#dropped;
  }

  add(issue: ImportIssue): void {
    if (this.#list.length < MAX_ISSUES) this.#list.push(issue);
    else this.#dropped += 1;
  }
}
