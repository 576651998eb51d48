import type { ModelState, Notice } from '../../contract/index.ts';
import { problemOf, type ProblemFields } from '../kernel/errors.ts';
import { SECOND_PARTS, type ModelStatus } from './manifest.ts';
import type { Classifiers } from './ports.ts';
import { problem } from './problems.ts';

const TASKS: Readonly<Record<ModelStatus['part'], string>> = {
  first: 'classifies every message first',
  languages: 'tells languages apart',
  english: 'classifies English that the first stage leaves unclear',
  'english-pieces': 'splits English into tokens',
  others: 'classifies other languages that the first stage leaves unclear',
  'others-pieces': 'splits other languages into tokens',
  calibration: 'turns the results of all stages into probabilities',
  image: 'classifies images',
};
const NOTICE = 'moderation-models';
const TEXTS = {
  models: 'image-model-missing',
  'first-stage': 'models-incomplete',
  rules: 'models-missing',
  off: 'models-missing',
} as const;
const UNUSABLE = problem.fields('model-unusable');

export interface ModelsWatchInit {
  readonly classifiers: Classifiers;
  readonly notices: { put(notice: Omit<Notice, 'since'>): void; remove(id: string): void };
  readonly on: () => boolean;
  /** Whether the classifiers do not answer. */
  readonly down: () => boolean;
  /** Called when the status of the models may have changed. */
  readonly changed: () => void;
}

/** Which models judge at the moment, and what is wrong with them, shown as a notice [J19]. */
export class ModelsWatch {
  readonly #init: ModelsWatchInit;
  #statuses: readonly ModelStatus[] = [];
  #fault: string | null = null;
  #asked = false;

  constructor(init: ModelsWatchInit) {
    this.#init = init;
  }

  get mode(): 'models' | 'first-stage' | 'rules' | 'off' {
    if (!this.#init.on()) return 'off';
    const isReady = (part: ModelStatus['part']) =>
      this.#statuses.some((status) => status.part === part && status.state === 'ok');
    if (!this.#asked) return 'models';
    if (this.#init.down() || !isReady('first') || !isReady('calibration')) return 'rules';
    return SECOND_PARTS.every(isReady) ? 'models' : 'first-stage';
  }

  models(): ModelState[] {
    return this.#statuses.map(({ title, part, state, fault, sizeBytes, licence }) => ({
      name: title,
      task: TASKS[part],
      state: this.#init.on() ? (state === 'ok' ? 'ready' : state) : 'off',
      fault: state === 'ok' ? null : `${fault ?? UNUSABLE.message} ${UNUSABLE.remedy}`,
      sizeBytes,
      licence,
    }));
  }

  /**
   * Puts up a notice if something is wrong with the models.
   *
   * @param how asks the classifiers what they could load, or has the files compared with their hashes alone: loaded
   * models take two hundred megabytes, which a node that judges nothing can do without.
   */
  async look(how: 'status' | 'files' = 'status'): Promise<void> {
    try {
      this.#statuses = await this.#init.classifiers[how]();
      this.#fault = null;
    } catch (error) {
      this.#fault = problemOf(error).message;
    }
    this.#asked = true;
    this.say();
  }

  /** Puts up or removes the notice about the models. */
  say(): void {
    const { notices, on, down, changed } = this.#init;
    const put = (fields: ProblemFields) =>
      notices.put({ id: NOTICE, severity: 'attention', action: 'go.moderation', ...fields });
    const broken = this.#statuses.filter(({ state }) => state !== 'ok');
    if (!on()) {
      put(problem.fields('models-off'));
    } else if (down() || this.#fault !== null) {
      put(problem.fields('models-silent'));
    } else if (broken.length > 0) {
      const files = [...new Set(broken.map(({ file, state }) => `${file} is ${state}`))].join(', ');
      put(problem.fields(TEXTS[this.mode], { files }));
    } else {
      notices.remove(NOTICE);
    }
    changed();
  }
}
