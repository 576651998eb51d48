import { done, latest, type Api, type ServiceIn } from '../api/index.ts';
import type { Calls } from './service.ts';

/** The contract's `calls` procedures. */
export const callsApi = (api: Api['calls'], calls: ServiceIn<Calls>) => ({
  rooms: api.rooms.handler(({ context }) => calls(context).rooms()),
  watchRooms: api.watchRooms.handler(({ context }) => latest(calls(context).watchRooms, context.signal)),
  open: api.open.handler(({ input, context }) => calls(context).open(input)),
  change: api.change.handler(({ input, context }) => calls(context).change(input)),
  close: api.close.handler(({ input, context }) => done(calls(context).close(input.room))),
  enter: api.enter.handler(({ input, context }) => calls(context).enter(input, context.signal)),
  ask: api.ask.handler(({ input, context }) => calls(context).ask(input)),
  bots: api.bots.handler(({ input, context }) => calls(context).bots(input, context.signal)),
  hosting: api.hosting.handler(({ context }) => calls(context).hosting()),
});
