import type { Api, ServiceIn } from '../api/index.ts';
import type { Maintenance } from './service.ts';

export const maintenanceApi = (api: Api['maintenance'], maintenance: ServiceIn<Maintenance>) => ({
  verify: api.verify.handler(({ input, context }) => maintenance(context).verify(input.deep)),
  rebuild: api.rebuild.handler(({ context }) => context.repairing(() => maintenance(context).rebuild())),
  backup: api.backup.handler(({ input, context }) => maintenance(context).backup(input.path)),
  backups: api.backups.handler(({ context }) => maintenance(context).backups()),
});
