import type { Details } from './details.ts';

/** Levels below it are background. */
const HEARD = 0.15;
/** Shorter pauses belong to the same speech, in milliseconds. */
const PAUSE_MS = 1500;
/** How long one measurement of levels counts, in milliseconds. */
const STEP_MS = 250;

type Speech = Details['spoke'][number];

/** [CR11] Who spoke when, made of measured levels. */
export class SpeechNotes {
  readonly #spoke: Speech[];
  readonly #last = new Map<string, Speech>();

  constructor(spoke: Speech[]) {
    this.#spoke = spoke;
  }

  heard(person: string, level: number, atMs: number): void {
    if (level < HEARD) return;
    const last = this.#last.get(person);
    if (last && atMs - last.toMs <= PAUSE_MS) {
      last.toMs = atMs + STEP_MS;
      return;
    }
    const next = { person, fromMs: atMs, toMs: atMs + STEP_MS };
    this.#last.set(person, next);
    this.#spoke.push(next);
  }
}
