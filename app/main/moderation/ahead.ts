import type { Foreseen } from './assessor.ts';
import type { Content } from './ports.ts';

/** [J11] An item of a peer that the models judge before it is stored. */
export class Ahead {
  readonly content: Content;
  /** Resolves to null if the models cannot judge it. Never rejects. */
  readonly judging: Promise<Foreseen | null>;
  /** The judgement, once the models gave it. */
  foreseen: Foreseen | null = null;

  constructor(content: Content, judging: Promise<Foreseen | null>) {
    this.content = content;
    this.judging = judging.then((foreseen) => (this.foreseen = foreseen));
  }
}
