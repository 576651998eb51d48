import { done, latest, type Api, type ServiceIn } from '../api/index.ts';
import type { Archive } from './service.ts';

export const archiveApi = (api: Api['archive'], archive: ServiceIn<Archive>) => ({
  import: api.import.handler(({ input, context }) => archive(context).import(input)),
  export: api.export.handler(({ input, context }) => archive(context).export(input)),
  demo: api.demo.handler(({ input, context }) => archive(context).demo(input)),
  cancel: api.cancel.handler(({ input, context }) => done(archive(context).cancel(input))),
  issues: api.issues.handler(({ input, context }) => archive(context).issues(input)),
  jobs: api.jobs.handler(({ context }) => archive(context).jobs()),
  watch: api.watch.handler(({ context }) => latest(archive(context).watch, context.signal)),
});
