import { done, latest, type Api } from '../api/index.ts';
import type { Archive } from './service.ts';

export const archiveApi = (api: Api['archive'], archive: () => Archive) => ({
  import: api.import.handler(({ input }) => archive().import(input)),
  export: api.export.handler(({ input }) => archive().export(input)),
  demo: api.demo.handler(({ input }) => archive().demo(input)),
  cancel: api.cancel.handler(({ input }) => done(archive().cancel(input))),
  jobs: api.jobs.handler(() => archive().jobs()),
  watch: api.watch.handler(({ signal }) => latest(archive().watch, signal)),
});
