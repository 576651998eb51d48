import type { MediaKind } from '../../calls/ports.ts';

/** Messages to the thread of synthetic media. */
export type Order =
  | { readonly t: 'open'; readonly id: number; readonly line: number; readonly counted: boolean }
  | { readonly t: 'reach'; readonly line: number; readonly port: number }
  | { readonly t: 'send'; readonly line: number; readonly ssrc: number; readonly kind: MediaKind }
  | { readonly t: 'talk'; readonly line: number; readonly on: boolean }
  | { readonly t: 'counts'; readonly id: number }
  | { readonly t: 'close'; readonly line: number };

/** The sockets of a participant, and the key that it sends with. */
export interface Opened {
  readonly sendPort: number;
  readonly receivePort: number;
  readonly masterKey: string;
}

export interface Counts {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
}

export type Answer =
  | { readonly id: number; readonly opened: Opened }
  | { readonly id: number; readonly counts: Counts }
  | { readonly id: number; readonly failed: string };
