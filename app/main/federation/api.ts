import { done, latest, type Api, type ServiceIn } from '../api/index.ts';
import type { Federation } from './service.ts';

export const federationApi = (api: Api['federation'], federation: ServiceIn<Federation>) => ({
  view: api.view.handler(({ context }) => federation(context).view()),
  watch: api.watch.handler(({ context }) => latest(federation(context).watch, context.signal)),
  diagnose: api.diagnose.handler(({ context }) => federation(context).diagnose()),
  dial: api.dial.handler(async ({ input, context }) => done(await federation(context).dial(input.address))),
  disconnect: api.disconnect.handler(async ({ input, context }) =>
    done(await federation(context).disconnect(input.peerId)),
  ),
  reaches: api.reaches.handler(({ context }) => federation(context).reaches()),
  setReach: api.setReach.handler(async ({ input, context }) => {
    const report = await federation(context).setReach(input);
    context.changed();
    return report;
  }),
  invites: api.invites.handler(({ context }) => federation(context).invites()),
  invite: api.invite.handler(({ input, context }) => federation(context).invite(input)),
  revokeInvite: api.revokeInvite.handler(({ input, context }) =>
    done(federation(context).revokeInvite(input.id)),
  ),
});
