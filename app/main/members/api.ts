import { done, latest, type Api, type ServiceIn } from '../api/index.ts';
import type { Members } from './service.ts';

export const membersApi = (api: Api['members'], members: ServiceIn<Members>) => ({
  list: api.list.handler(({ context }) => members(context).list()),
  setHandle: api.setHandle.handler(async ({ input, context }) => {
    await members(context).setHandle(input.handle);
    context.changed();
    return {};
  }),
  setRole: api.setRole.handler(async ({ input, context }) => done(await members(context).setRole(input))),
  ban: api.ban.handler(async ({ input, context }) => done(await members(context).ban(input))),
  lift: api.lift.handler(async ({ input, context }) => done(await members(context).lift(input))),
  changes: api.changes.handler(({ context }) =>
    latest<Record<string, never>>(
      (listener) => members(context).onChange(() => listener({})),
      context.signal,
    ),
  ),
});
