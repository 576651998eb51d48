import type { ProblemFields } from '../kernel/errors.ts';
import type { Judgement, Message, ModelStatus } from '../moderation/index.ts';
import type { SharedFiles } from '../platform/onnx/files.ts';

/** Handed to the worker at its start. */
export interface ClassifierStart {
  /** The folder of the models. */
  readonly folder: string;
  /** Two numbers: how many calls into machine code are open in this thread, and 1 once it is to end. */
  readonly nativeCalls: SharedArrayBuffer;
  /** Files of the folder that threads share. */
  readonly shared: SharedFiles;
}

export interface ClassifierRequest {
  readonly id: number;
  /** May be empty, to ask for the statuses alone. */
  readonly messages: readonly Message[];
}

export type ClassifierReply =
  | {
      readonly id: number;
      readonly ok: true;
      readonly judgements: readonly Judgement[];
      readonly statuses: readonly ModelStatus[];
    }
  | { readonly id: number; readonly ok: false; readonly reason: string };

export interface PictureRequest {
  readonly id: number;
  /** Null to ask for the model's status alone. */
  readonly image: Uint8Array | null;
}

export type PictureReply =
  | {
      readonly id: number;
      readonly ok: true;
      /** Null when there is no sound model, none was asked for, or the image is at fault. */
      readonly judgement: Judgement | null;
      /** What is wrong with the image. */
      readonly problem: ProblemFields | null;
      readonly statuses: readonly ModelStatus[];
    }
  | { readonly id: number; readonly ok: false; readonly reason: string };
