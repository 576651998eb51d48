import type { Boards } from '../boards/index.ts';
import { defineFeature, type FeaturePorts } from '../feature/index.ts';
import type { Log } from '../log/log.ts';
import type { Members } from '../members/index.ts';
import { maintenanceApi } from './api.ts';
import { createMaintenance } from './service.ts';

export const maintenanceFeature = defineFeature({
  name: 'maintenance',
  needs: ['boards', 'log', 'members'],
  create: (
    { maintenance, ...ports }: Pick<FeaturePorts, 'maintenance' | 'db' | 'clock' | 'verifier'>,
    { boards, log, members }: { boards: Pick<Boards, 'counts'>; log: Log; members: Pick<Members, 'list'> },
  ) =>
    maintenance
      ? createMaintenance({
          ...ports,
          ...maintenance,
          log,
          counts: () => ({ posts: boards.counts().posts, members: members.list().length }),
        })
      : null,
  api: (api, service) => maintenanceApi(api, (context) => service(context)!),
});
