import { defineFeature, type FeaturePorts } from '../feature/index.ts';
import type { Log } from '../log/log.ts';
import type { Members } from '../members/index.ts';
import { maintenanceApi } from './api.ts';
import { createMaintenance } from './service.ts';

export const maintenanceFeature = defineFeature({
  name: 'maintenance',
  needs: ['log', 'members'],
  create: (
    {
      maintenance,
      gathered,
      ...ports
    }: Pick<FeaturePorts, 'maintenance' | 'db' | 'clock' | 'verifier' | 'gathered'>,
    { log, members }: { log: Log; members: Pick<Members, 'list'> },
  ) =>
    maintenance
      ? createMaintenance({
          ...ports,
          ...maintenance,
          log,
          counts: () => ({ posts: gathered.shown(), members: members.list().length }),
        })
      : null,
  api: (api, service) => maintenanceApi(api, (context) => service(context)!),
});
