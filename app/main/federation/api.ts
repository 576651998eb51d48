import { done, latest, type Api } from '../api/index.ts';
import type { Federation } from './service.ts';

/** @param changed hears that what the status says of this node's reach may be different. */
export const federationApi = (
  api: Api['federation'],
  federation: () => Federation,
  { changed }: { readonly changed: () => void },
) => ({
  view: api.view.handler(() => federation().view()),
  watch: api.watch.handler(({ signal }) => latest(federation().watch, signal)),
  diagnose: api.diagnose.handler(() => federation().diagnose()),
  dial: api.dial.handler(async ({ input }) => done(await federation().dial(input.address))),
  disconnect: api.disconnect.handler(async ({ input }) => done(await federation().disconnect(input.peerId))),
  reaches: api.reaches.handler(() => federation().reaches()),
  setReach: api.setReach.handler(async ({ input }) => {
    const report = await federation().setReach(input);
    changed();
    return report;
  }),
  invites: api.invites.handler(() => federation().invites()),
  invite: api.invite.handler(({ input }) => federation().invite(input)),
  revokeInvite: api.revokeInvite.handler(({ input }) => done(federation().revokeInvite(input.id))),
});
