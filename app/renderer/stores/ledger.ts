import type { Bridge } from '../bridge/index.ts';
import { browserTimers } from '../bridge/connection.ts';
import type { Timers } from '../bridge/connection.ts';
import type { Client, LedgerStatus, LedgerValidator, LiveSlot, Problem } from '../../contract/index.ts';
import { keepFeed } from './feed.ts';
import { askedValue, liveValue } from './live.ts';
import type { Live } from './live.ts';

/** The status follows news this closely. */
const STATUS_MS = 250;
/** Votes on a slot have come in by then, so that nobody looks silent who is only a little later. */
const VALIDATORS_MS = 1_000;

/** What the console holds of the ledger. */
export interface LedgerParts {
  readonly ledger: Live<LedgerStatus>;
  readonly validators: Live<readonly LedgerValidator[]>;
  /** The block in progress. */
  readonly slot: Live<LiveSlot>;
}

/** Runs `task` once, `waitMs` after the first of any number of calls. */
export function paced(task: () => void, waitMs: number, timers: Timers): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    timers.after(waitMs, () => {
      due = false;
      task();
    });
  };
}

/** Makes the stores of the ledger; nothing is asked before a part is wanted. */
export function ledgerParts(bridge: Bridge, timers: Timers = browserTimers): LedgerParts {
  const slot = liveValue(
    bridge,
    (client, signal) => client.ledger.signatures({}, { signal }),
    (client) => firstSlot(client),
  );
  const news =
    (waitMs: number) =>
    (again: () => void, lost: (problem: Problem) => void): (() => void) => {
      const soon = paced(again, waitMs, timers);
      // A vote or a final block: either may change what is asked for.
      slot.want();
      const unsubscribe = slot.store.subscribe(soon);
      const stop = keepFeed(bridge, {
        open: (client, signal) => client.ledger.changes({}, { signal }),
        onOpen: again,
        onValue: soon,
        onLost: lost,
      });
      return () => {
        unsubscribe();
        stop();
      };
    };
  const ledger = askedValue<LedgerStatus>(bridge, (client) => client.ledger.status({}), news(STATUS_MS));
  const validators = askedValue<readonly LedgerValidator[]>(
    bridge,
    (client) => client.ledger.validators({}),
    news(VALIDATORS_MS),
  );
  return { ledger, validators, slot };
}

async function firstSlot(client: Client): Promise<LiveSlot> {
  for await (const slot of await client.ledger.signatures({})) return slot;
  throw new Error('The node tells nothing of the block in progress.');
}
