import type { Client } from '../../contract/index.ts';
import type { ServedNode } from '../host/serve.ts';

/** A node opened inside this process, under the lock of its data directory. */
export interface OpenedNode {
  readonly client: Client;
  stop(): Promise<void>;
}

/** How the command line gets at a node that is not running yet; the program's entry hands in the real ones. */
export interface NodeConnector {
  /** Opens a node; `offline` leaves the network alone. Throws Problem `data-in-use` and those of its keys. */
  openNode(init: { readonly dataDir: string; readonly offline: boolean }): Promise<OpenedNode>;
  /** Starts a whole node for the host to serve. */
  startNode(init: { readonly dataDir: string }): Promise<ServedNode>;
  /** Runs seeded worlds; resolves to whether all of them ended in agreement. */
  simulate(init: SimulationRequest): Promise<boolean>;
}

export interface SimulationRequest {
  /** The first seed. */
  readonly seed: number;
  readonly seeds: number;
  /** Worlds of validators instead of worlds of whole nodes. */
  readonly ledger: boolean;
  /** With `ledger`: whether their blocks anchor a log too. */
  readonly log: boolean;
  readonly report: (line: string) => void;
}
