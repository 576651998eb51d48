import { defineFeature, type FeaturePorts } from '../feature/index.ts';
import type { Log } from '../log/log.ts';
import { createPresence } from './service.ts';

/** The length of a day, in milliseconds. */
const DAY_MS = 86_400_000;
/** The most callers that are counted. */
const MAX_CALLERS = 100;

export const presenceFeature = defineFeature({
  name: 'presence',
  needs: ['log'],
  // A migration of the chat made the table.
  tables: { kept: ['caller'] },
  create: (
    ports: Pick<
      FeaturePorts,
      'db' | 'transport' | 'clock' | 'signer' | 'verifier' | 'logger' | 'settings' | 'gathered'
    >,
    { log }: { log: Log },
  ) =>
    createPresence({
      ...ports,
      log,
      authority: ports.gathered.people,
      nodeName: () => ports.settings().node.name,
    }),
  counts: (presence, nowMs) => ({
    online: presence.online().length,
    callsToday: presence.callers(MAX_CALLERS).filter(({ at }) => at > nowMs - DAY_MS).length,
  }),
});
