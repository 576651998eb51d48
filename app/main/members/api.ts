import { done, latest, type Api } from '../api/index.ts';
import type { Members } from './service.ts';

/** @param changed called when the status of this node's person may have changed. */
export const membersApi = (
  api: Api['members'],
  members: () => Members,
  { changed }: { readonly changed: () => void },
) => ({
  list: api.list.handler(() => members().list()),
  setHandle: api.setHandle.handler(async ({ input }) => {
    await members().setHandle(input.handle);
    changed();
    return {};
  }),
  setRole: api.setRole.handler(async ({ input }) => done(await members().setRole(input))),
  ban: api.ban.handler(async ({ input }) => done(await members().ban(input))),
  lift: api.lift.handler(async ({ input }) => done(await members().lift(input))),
  changes: api.changes.handler(({ signal }) =>
    latest<Record<string, never>>((listener) => members().onChange(() => listener({})), signal),
  ),
});
