import { done, latest, type Api, type ServiceIn } from '../api/index.ts';
import type { Moderation } from './service.ts';

/** The contract's `moderation` procedures. */
export function moderationApi(api: Api['moderation'], moderation: ServiceIn<Moderation>) {
  return {
    status: api.status.handler(({ context }) => moderation(context).status()),
    watchStatus: api.watchStatus.handler(({ context }) =>
      latest(moderation(context).watchStatus, context.signal),
    ),
    setModels: api.setModels.handler(({ input, context }) => done(moderation(context).setModels(input))),
    judge: api.judge.handler(({ input, context }) => moderation(context).judge(input)),
    bounds: api.bounds.handler(({ context }) => moderation(context).bounds()),
    tryBounds: api.tryBounds.handler(({ input, context }) => moderation(context).tryBounds(input)),
    tryCalibration: api.tryCalibration.handler(({ input, context }) =>
      moderation(context).tryCalibration(input),
    ),
    tryWithoutCalibration: api.tryWithoutCalibration.handler(({ input, context }) =>
      moderation(context).tryWithoutCalibration(input),
    ),
    apply: api.apply.handler(({ input, context }) => moderation(context).apply(input)),
    consent: api.consent.handler(({ context }) => moderation(context).consent()),
    setConsent: api.setConsent.handler(({ input, context }) => done(moderation(context).setConsent(input))),
    rules: api.rules.handler(({ context }) => moderation(context).rules()),
    setRules: api.setRules.handler(({ input, context }) => moderation(context).setRules(input)),
    lists: api.lists.handler(({ context }) => moderation(context).lists()),
    importList: api.importList.handler(({ input, context }) => moderation(context).importList(input)),
    setList: api.setList.handler(({ input, context }) => done(moderation(context).setList(input))),
    removeList: api.removeList.handler(({ input, context }) => done(moderation(context).removeList(input))),
    dashboard: api.dashboard.handler(({ input, context }) => moderation(context).dashboard(input)),
  };
}
