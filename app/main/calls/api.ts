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
  signKey: api.signKey.handler(({ input, context }) => calls(context).signKey(input)),
  checkKey: api.checkKey.handler(({ input, context }) => calls(context).checkKey(input)),
  record: api.record.handler(({ input, context }) => done(calls(context).record(input))),
  recordings: api.recordings.handler(({ context }) => calls(context).studio.list()),
  recordingIndex: api.recordingIndex.handler(({ input, context }) =>
    calls(context).studio.index(input.recording),
  ),
  readRecording: api.readRecording.handler(async ({ input, context }) => {
    const { recording, offset, length } = input;
    const bytes = await calls(context).studio.read(recording, offset, length);
    return { bytes: Buffer.from(bytes).toString('base64') };
  }),
  composeRecording: api.composeRecording.handler(({ input, context }) =>
    done(calls(context).studio.compose(input.recording, input.on)),
  ),
  deleteRecording: api.deleteRecording.handler(({ input, context }) =>
    done(calls(context).studio.remove(input.recording)),
  ),
  bots: api.bots.handler(({ input, context }) => calls(context).bots(input, context.signal)),
  hosting: api.hosting.handler(({ context }) => calls(context).hosting()),
});
