import { done, latest, type Api } from '../api/index.ts';
import type { Moderation } from './service.ts';

/** The contract's `moderation` procedures. `moderation` throws a Problem while there is no community. */
export function moderationApi(api: Api['moderation'], moderation: () => Moderation) {
  return {
    status: api.status.handler(() => moderation().status()),
    watchStatus: api.watchStatus.handler(({ signal }) => latest(moderation().watchStatus, signal)),
    setModels: api.setModels.handler(({ input }) => done(moderation().setModels(input))),
    judge: api.judge.handler(({ input }) => moderation().judge(input)),
    bounds: api.bounds.handler(() => moderation().bounds()),
    tryBounds: api.tryBounds.handler(({ input }) => moderation().tryBounds(input)),
    tryCalibration: api.tryCalibration.handler(({ input }) => moderation().tryCalibration(input)),
    tryWithoutCalibration: api.tryWithoutCalibration.handler(({ input }) =>
      moderation().tryWithoutCalibration(input),
    ),
    apply: api.apply.handler(({ input }) => moderation().apply(input)),
    consent: api.consent.handler(() => moderation().consent()),
    setConsent: api.setConsent.handler(({ input }) => done(moderation().setConsent(input))),
    rules: api.rules.handler(() => moderation().rules()),
    setRules: api.setRules.handler(({ input }) => moderation().setRules(input)),
    lists: api.lists.handler(() => moderation().lists()),
    importList: api.importList.handler(({ input }) => moderation().importList(input)),
    setList: api.setList.handler(({ input }) => done(moderation().setList(input))),
    removeList: api.removeList.handler(({ input }) => done(moderation().removeList(input))),
    dashboard: api.dashboard.handler(({ input }) => moderation().dashboard(input)),
  };
}
