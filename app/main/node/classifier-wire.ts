import type { ProblemFields } from '../kernel/errors.ts';
import type { Judgement, ModelStatus } from '../moderation/index.ts';
import type { SharedFiles } from '../platform/onnx/files.ts';

/** Passed to the worker at its start. */
export interface ClassifierStart {
  /** The folder of the models. */
  readonly folder: string;
  /** Two integers: how many calls into native code are open in this thread, and 1 once it must end. */
  readonly nativeCalls: SharedArrayBuffer;
  /** Files of the folder that the threads share. */
  readonly shared: SharedFiles;
}

export interface ClassifierRequest {
  readonly id: number;
  /** May be empty, to request only the statuses. */
  readonly texts: readonly string[];
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
  /** Null to request only the model's status. */
  readonly image: Uint8Array | null;
}

export type PictureReply =
  | {
      readonly id: number;
      readonly ok: true;
      /** Null when no model can be used, no image was given, or the image is at fault. */
      readonly judgement: Judgement | null;
      /** The fault of the image. */
      readonly problem: ProblemFields | null;
      readonly statuses: readonly ModelStatus[];
    }
  | { readonly id: number; readonly ok: false; readonly reason: string };
