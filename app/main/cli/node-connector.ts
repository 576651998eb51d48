import type { Client } from '../../contract/index.ts';
import type { ServedNode } from '../host/serve.ts';

/** A node opened inside this process, under the lock of its data directory. */
export interface OpenedNode {
  readonly client: Client;
  stop(): Promise<void>;
}

/** How the command line starts a node that is not running; the program's entry passes the real ones. */
export interface NodeConnector {
  /** Opens a node; `offline` does not use the network. Throws Problem `data-in-use` and those of its keys. */
  openNode(init: { readonly dataDir: string; readonly offline: boolean }): Promise<OpenedNode>;
  /** Starts a whole node for the host to serve. */
  startNode(init: { readonly dataDir: string }): Promise<ServedNode>;
  /** Runs seeded simulations; resolves to whether all of them ended in agreement. */
  simulate(init: SimulationRequest): Promise<boolean>;
}

export interface SimulationRequest {
  /** The first seed. */
  readonly seed: number;
  readonly seeds: number;
  /** Simulates validators instead of whole nodes. */
  readonly ledger: boolean;
  /** With `ledger`: whether their blocks anchor a log too. */
  readonly log: boolean;
  /** With `ledger`: whether transactions schedule timers too. */
  readonly timers: boolean;
  /** With `ledger`: whether nodes of two releases see a version of the protocol begin. */
  readonly versions: boolean;
  readonly report: (line: string) => void;
}
