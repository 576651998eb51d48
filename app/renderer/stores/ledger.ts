import type { Bridge } from '../bridge/index.ts';
import { browserTimers } from '../bridge/connection.ts';
import type { Timers } from '../bridge/connection.ts';
import type {
  CommunityClient,
  LedgerStatus,
  LedgerValidator,
  LiveSlot,
  Problem,
} from '../../contract/index.ts';
import { keepFeed } from './feed.ts';
import { askedValue, liveValue } from './live.ts';
import type { Live } from './live.ts';
import { problems } from '../messages/problems.ts';

/** Delay between news and the status request that follows it. */
const STATUS_MS = 250;
/**
 * By this time the votes of a slot have arrived, so that a validator that is merely slower does not look
 * silent.
 */
const VALIDATORS_MS = 1_000;

/** The ledger stores of the console. */
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

/** Creates the stores of the ledger; each sends its first request when it is first used. */
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
      // A vote or a final block: either may change any of the values.
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
  const ledger = askedValue<LedgerStatus, Bridge['client']>(
    bridge,
    (client) => client.ledger.status({}),
    news(STATUS_MS),
  );
  const validators = askedValue<readonly LedgerValidator[], Bridge['client']>(
    bridge,
    (client) => client.ledger.validators({}),
    news(VALIDATORS_MS),
  );
  return { ledger, validators, slot };
}

async function firstSlot(client: CommunityClient): Promise<LiveSlot> {
  for await (const slot of await client.ledger.signatures({})) return slot;
  throw new Error(problems.noSlot);
}
