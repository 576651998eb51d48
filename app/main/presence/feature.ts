import { defineFeature, type FeaturePorts } from '../feature/index.ts';
import type { Log } from '../log/log.ts';
import { createPresence } from './service.ts';

/** The callers of one day, in milliseconds. */
const DAY_MS = 86_400_000;
/** As many callers as are counted. */
const MAX_CALLERS = 100;

export const presenceFeature = defineFeature({
  name: 'presence',
  needs: ['log'],
  // The table was made by a step of the chat.
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
