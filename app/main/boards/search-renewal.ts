import type { Notice } from '../../contract/index.ts';
import { problem } from './problems.ts';
import type { SearchIndex } from './search.ts';

/** Posts of an older release examined at a time: most of them need no work. */
const SLICE = 500;
const NOTICE = 'search-renewing';

export interface Notices {
  put(notice: Omit<Notice, 'since'>): void;
  remove(id: string): void;
}

/**
 * [B10] Indexes the posts of an older release again. A notice shows the progress if it takes more than one slice.
 */
export class SearchRenewal {
  readonly #index: SearchIndex;
  readonly #notices: Notices;
  /** The percentage that the notice shows; null without one. */
  #shown: number | null = null;
  /** How many rows there were to examine when this node was started. */
  #rows = 0;

  constructor(index: SearchIndex, notices: Notices) {
    this.#index = index;
    this.#notices = notices;
  }

  /** Takes a slice; returns whether more wait. */
  step(): boolean {
    const before = this.#index.renewUpto();
    this.#rows = Math.max(this.#rows, before);
    const left = before === 0 ? 0 : this.#index.renew(SLICE);
    if (left > 0) this.#show(Math.floor((100 * (this.#rows - left)) / this.#rows));
    else this.#hide();
    return left > 0;
  }

  #show(percent: number): void {
    if (percent === this.#shown) return;
    this.#shown = percent;
    this.#notices.put({
      ...problem.fields('search-renewing', { percent }),
      id: NOTICE,
      severity: 'info',
      action: null,
    });
  }

  #hide(): void {
    if (this.#shown !== null) this.#notices.remove(NOTICE);
    this.#shown = null;
  }
}
