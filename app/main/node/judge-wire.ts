import type { Judgement, ModelStatus } from '../moderation/index.ts';

/** Handed to the worker at its start. */
export interface JudgeStart {
  /** The folder of the models. */
  readonly folder: string;
}

export interface JudgeRequest {
  readonly id: number;
  /** May be empty, to ask for the statuses alone. */
  readonly texts: readonly string[];
}

export type JudgeReply =
  | {
      readonly id: number;
      readonly ok: true;
      readonly judgements: readonly Judgement[];
      readonly statuses: readonly ModelStatus[];
    }
  | { readonly id: number; readonly ok: false; readonly reason: string };
