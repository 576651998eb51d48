import * as z from 'zod';
import { ledgerEvents } from './events.ts';
import { Parameters, PARAMETERS } from '../genesis.ts';
import type { LedgerKind } from '../kinds.ts';
import { readEntry, writeEntry } from '../../types/state.ts';
import { problem } from '../../problems.ts';

const Change = z.strictObject({
  snapshotInterval: Parameters.shape.snapshotInterval.optional(),
  block: Parameters.shape.block.optional(),
  credit: Parameters.shape.credit.optional(),
  timers: Parameters.shape.timers.optional(),
  fee: Parameters.shape.fee,
});

/** [X21] The sysop changes parameters of the genesis document; each named group is replaced as a whole. */
export const parametersChange: LedgerKind<z.infer<typeof Change>> = {
  name: 'parameters.change',
  body: Change,
  leastRole: 'sysop',
  feeless: true,
  execute({ body, state }) {
    if (Object.keys(body).length === 0) throw problem('no-parameter');
    const parameters = { ...readEntry<Parameters>(state, PARAMETERS)!, ...body };
    writeEntry(state, PARAMETERS, parameters);
    return [ledgerEvents.parametersChanged.of({ changed: Object.keys(body) })];
  },
};
