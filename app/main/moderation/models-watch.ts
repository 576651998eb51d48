import type { ModelState, Notice } from '../../contract/index.ts';
import { problemOf } from '../kernel/errors.ts';
import { SECOND_PARTS, type ModelStatus } from './manifest.ts';
import type { Classifiers } from './ports.ts';

const TASKS: Readonly<Record<ModelStatus['part'], string>> = {
  first: 'judges every message at once',
  english: 'judges English that the first leaves open',
  'english-pieces': 'cuts English into pieces',
  others: 'judges other languages that the first leaves open',
  'others-pieces': 'cuts other languages into pieces',
  calibration: 'makes probabilities of what all say',
  image: 'judges pictures',
};
const NOTICE = 'moderation-models';

export interface ModelsWatchInit {
  readonly classifiers: Classifiers;
  readonly notices: { put(notice: Omit<Notice, 'since'>): void; remove(id: string): void };
  readonly on: () => boolean;
  /** Whether the judges do not answer. */
  readonly down: () => boolean;
  /** What can be told of the models may have changed. */
  readonly changed: () => void;
}

/** What judges at the moment, and what is wrong with it, told as a notice [J19]. */
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
      trouble: state === 'ok' ? null : `${fault ?? 'It cannot be used.'} ${REMEDY}`,
      version: null,
      sizeBytes,
      licence,
    }));
  }

  /** Asks the judges what they could load, and says so where something is wrong. */
  async look(): Promise<void> {
    try {
      this.#statuses = await this.#init.classifiers.status();
      this.#fault = null;
    } catch (error) {
      this.#fault = problemOf(error).message;
    }
    this.#asked = true;
    this.say();
  }

  /** Puts up or takes down the notice that says how it stands. */
  say(): void {
    const { notices, on, down, changed } = this.#init;
    const put = (severity: Notice['severity'], message: string, remedy: string) =>
      notices.put({ id: NOTICE, code: NOTICE, severity, message, remedy, action: 'go.moderation' });
    const broken = this.#statuses.filter(({ state }) => state !== 'ok');
    if (!on()) {
      put(
        'attention',
        'Models are turned off: what no rule holds back is published.',
        'Turn them on in the room for moderation, or with “impulse moderation on”.',
      );
    } else if (down() || this.#fault !== null) {
      put(
        'attention',
        'The judges do not answer; word lists judge in their place, and they are started again by themselves.',
        'If this lasts, look into the log of this node and check the files with “impulse models verify”.',
      );
    } else if (broken.length > 0) {
      const names = [...new Set(broken.map(({ file, state }) => `${file} is ${state}`))].join(', ');
      put('attention', `${capital(SAID[this.mode])} judges messages now: ${names}.`, REMEDY);
    } else {
      notices.remove(NOTICE);
    }
    changed();
  }
}

const REMEDY = 'Install the program again, or put the file back, and check it with “impulse models verify”.';
const SAID = {
  models: 'a damaged set of models',
  'first-stage': 'the first stage alone',
  rules: 'a word list',
  off: 'nobody',
} as const;

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
