import type { Api } from '../api/index.ts';
import type { Maintenance } from './service.ts';

/** @param node shows that a repair runs, and checks the file after it. */
export const maintenanceApi = (
  api: Api['maintenance'],
  maintenance: () => Maintenance,
  node: { repairing<T>(work: () => Promise<T>): Promise<T> },
) => ({
  verify: api.verify.handler(({ input }) => maintenance().verify(input.deep)),
  rebuild: api.rebuild.handler(() => node.repairing(() => maintenance().rebuild())),
  backup: api.backup.handler(({ input }) => maintenance().backup(input.path)),
  backups: api.backups.handler(() => maintenance().backups()),
});
